"""Rounds in which every contender has its turn, so that a busy neighbour slows them all alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch

LEAST_ROUNDS, MOST_ROUNDS = 3, 101


def seconds_of(run: Callable[[], object], device: torch.device) -> float:
    """How long a run takes until the device has finished it."""
    wait_for(device)
    began = time.perf_counter()
    run()
    wait_for(device)
    return time.perf_counter() - began


def interleaved(
    runs: Sequence[Callable[[], object]],
    device: torch.device,
    seconds: float,
    told: Callable[[int], None],
) -> list[list[float]]:
    """The seconds of every run in every round: A B C A B C … until the time is over.

    `seconds` are for each of the runs, on average. There are at least `LEAST_ROUNDS`. `told` is
    called with the number of each finished round.
    """
    times: list[list[float]] = [[] for _ in runs]
    end = time.perf_counter() + seconds * len(runs)
    for number in range(1, MOST_ROUNDS + 1):
        for run, spent in zip(runs, times, strict=True):
            spent.append(seconds_of(run, device))
        told(number)
        if number >= LEAST_ROUNDS and time.perf_counter() >= end:
            break
    return times


def fastest(runs: Sequence[Callable[[], object]], device: torch.device) -> int:
    """The place of the run that takes least: one untimed turn, then the better of two."""
    best = []
    for run in runs:
        run()
        best.append(min(seconds_of(run, device) for _ in range(2)))
    return best.index(min(best))


def wait_for(device: torch.device) -> None:
    """Until the device has nothing left to do."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    elif device.type == "mps":
        torch.mps.synchronize()
