"""Where the time of a step goes: pixels, views, scores, or the network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

PARTS = ("data", "augmentation", "scoring", "network")


class Stopwatch:
    """Seconds of each part since `reset`.

    An accelerator works on behind the program's back: there only the steps that are `watched` are
    timed, and wait for the device at both ends of each part.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._watched = device.type == "cpu"
        self.seconds = dict.fromkeys(PARTS, 0.0)

    def watch(self, watched: bool) -> None:
        """For the next step."""
        self._watched = watched or self._device.type == "cpu"

    def reset(self) -> None:
        self.seconds = dict.fromkeys(PARTS, 0.0)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        if not self._watched:
            yield
            return
        self._wait()
        began = time.perf_counter()
        try:
            yield
        finally:
            self._wait()
            self.seconds[name] += time.perf_counter() - began

    def shares(self) -> dict[str, float]:
        """Of the time of each part, sum 1; all zero before anything was timed."""
        total = sum(self.seconds.values())
        return {name: spent / total if total else 0.0 for name, spent in self.seconds.items()}

    def _wait(self) -> None:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()
