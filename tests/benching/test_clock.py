"""Rounds: whose turn it is, and when they end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import torch

from augscore.benching import clock

CPU = torch.device("cpu")


def test_every_round_gives_everybody_a_turn() -> None:
    order: list[str] = []
    rounds: list[int] = []
    runs: list[Callable[[], object]] = [lambda: order.append("a"), lambda: order.append("b")]
    times = clock.interleaved(runs, CPU, 0.0, rounds.append)
    assert "".join(order) == "ab" * clock.LEAST_ROUNDS
    assert rounds == [1, 2, 3]
    assert [len(spent) for spent in times] == [3, 3]


def test_rounds_end_with_the_time_or_at_the_most() -> None:
    began = time.perf_counter()
    times = clock.interleaved([lambda: time.sleep(0.01)], CPU, 0.2, lambda number: None)
    assert 0.2 <= time.perf_counter() - began < 1.0
    assert clock.LEAST_ROUNDS < len(times[0]) <= 20
    assert all(0.01 <= spent < 0.5 for spent in times[0])
    times = clock.interleaved([lambda: None], CPU, 60.0, lambda number: None)
    assert len(times[0]) == clock.MOST_ROUNDS


@pytest.mark.parametrize("place", range(3))
def test_the_fastest_is_found(place: int) -> None:
    waits = [0.03, 0.03, 0.03]
    waits[place] = 0.001
    runs = [lambda wait=wait: time.sleep(wait) for wait in waits]
    assert clock.fastest(runs, CPU) == place
