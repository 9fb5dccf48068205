"""Ladders made up for tests: of rungs that are known exactly."""

from __future__ import annotations

from augscore.strength.ladder import Ladder


def exact_ladder(
    size: int, noise_sds: tuple[float, ...], strengths: tuple[float, ...], floor: float = 0.0
) -> Ladder:
    return Ladder(size, noise_sds, strengths, floor, strengths, strengths)
