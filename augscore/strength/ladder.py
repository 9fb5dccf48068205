"""The noise ladder: which Gaussian noise reads the same as a given strength."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch

from augscore.strength.intervals import median_intervals

BELOW_FLOOR = "below_floor"
PAST_LADDER = "past_ladder"


@dataclass(frozen=True)
class Ladder:
    """Median strength of clean images under Gaussian noise, for images of `size` px.

    noise_sds   rungs, ascending, in units of pixels in [0, 1]
    strengths   non-decreasing (isotonic), one a rung
    floor       strength of a re-encoding that people do not see: below it nothing is claimed
    lows, highs 95 % interval of each rung, by resampling the images; non-decreasing
    """

    size: int
    noise_sds: tuple[float, ...]
    strengths: tuple[float, ...]
    floor: float
    lows: tuple[float, ...]
    highs: tuple[float, ...]

    @property
    def floor_sd(self) -> float:
        """The floor as a noise sd."""
        return self._invert(max(self.floor, self.strengths[0]))

    def noise_sd(self, strength: float) -> tuple[float | None, str | None]:
        """The sd that reads the same, or None and why: below the floor, past the end."""
        if strength < max(self.floor, self.strengths[0]):
            return None, BELOW_FLOOR
        if strength > self.strengths[-1]:
            return None, PAST_LADDER
        return self._invert(strength), None

    def noise_sd_interval(self, low: float, high: float) -> tuple[float | None, float | None]:
        """Of a strength known to lie between `low` and `high`: the sds that its ends may read as,
        by the rungs' own intervals; None for an end below the floor or past the ladder."""
        strongest, weakest = replace(self, strengths=self.highs), replace(self, strengths=self.lows)
        return strongest.noise_sd(low)[0], weakest.noise_sd(high)[0]

    def _invert(self, strength: float) -> float:
        """Linear in (strength, ln sd) between rungs; the middle of a flat stretch."""
        low = next(i for i, s in enumerate(self.strengths) if s >= strength or i == self._last)
        if low == 0 or self.strengths[low] == strength:
            flat = [q for q, s in zip(self.noise_sds, self.strengths, strict=True) if s == strength]
            return math.exp(sum(map(math.log, flat)) / len(flat)) if flat else self.noise_sds[0]
        below, above = self.strengths[low - 1], self.strengths[low]
        share = (strength - below) / (above - below)
        start, end = math.log(self.noise_sds[low - 1]), math.log(self.noise_sds[low])
        return math.exp(start + share * (end - start))

    @property
    def _last(self) -> int:
        return len(self.strengths) - 1


def fit_ladder(
    size: int,
    noise_sds: tuple[float, ...],
    strengths: npt.NDArray[np.float64],
    re_encoded: npt.NDArray[np.float64],
    sources: Sequence[int],
) -> Ladder:
    """`strengths` (N crops, R rungs), of noise; `re_encoded` (N,), of the same crops; `sources`
    (N,): the image that each is of. Intervals are over images."""
    lows, highs = median_intervals(strengths, sources, seed=0)
    return Ladder(
        size,
        noise_sds,
        isotonic(np.median(strengths, axis=0).tolist()),
        float(np.median(re_encoded)),
        isotonic(lows),
        isotonic(highs),
    )


def between(smaller: Ladder, larger: Ladder, size: int) -> Ladder:
    """Of a size between those of two ladders with the same rungs: linear in ln size."""
    share = math.log(size / smaller.size) / math.log(larger.size / smaller.size)

    def mixed(a: Sequence[float], b: Sequence[float]) -> tuple[float, ...]:
        return tuple((1 - share) * x + share * y for x, y in zip(a, b, strict=True))

    (floor,) = mixed([smaller.floor], [larger.floor])
    return Ladder(
        size,
        larger.noise_sds,
        mixed(smaller.strengths, larger.strengths),
        floor,
        mixed(smaller.lows, larger.lows),
        mixed(smaller.highs, larger.highs),
    )


def isotonic(values: Sequence[float]) -> tuple[float, ...]:
    """The closest non-decreasing sequence in least squares (pool adjacent violators)."""
    pools: list[tuple[float, int]] = []
    for value in values:
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (a, n), (b, m) = pools[-2], pools[-1]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    return tuple(mean for mean, count in pools for _ in range(count))


def geometric(first: float, last: float, count: int) -> tuple[float, ...]:
    return tuple(
        torch.logspace(math.log10(first), math.log10(last), count, dtype=torch.float64).tolist()
    )
