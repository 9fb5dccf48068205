"""Differences of two means over the same images, and of two that share nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.mean import mean_estimates
from augscore.auditing.statistics.resampling import Floats

Pair = tuple[Floats, Floats]


def paired_differences(pairs: Sequence[Pair], *, seed: int) -> tuple[Estimate | None, ...]:
    """For each pair (now, before) of (N,) or (N, K) arrays of the same N images, NaN for missing:
    the mean of all values now minus that of all before.

    Each mean is linearised over images (the infinitesimal jackknife: Efron & Tibshirani 1993,
    section 21.3), so that what both share falls out of the interval. None unless both have values.
    """
    moved = [_moved(_mean(now), _mean(before)) for now, before in pairs]
    known = [values for values in moved if values is not None]
    if not known:
        return (None,) * len(pairs)
    found = iter(mean_estimates(np.stack(known, axis=1), seed=seed))
    return tuple(None if values is None else next(found) for values in moved)


def _moved(now: _Mean | None, before: _Mean | None) -> Floats | None:
    """(N,): values of which the mean is the difference and the spread is that of the difference;
    NaN for images that neither has."""
    if now is None or before is None:
        return None
    either = now.known | before.known
    moves = (now.moves - before.moves) * int(either.sum())
    return np.where(either, now.value - before.value + moves, np.nan)


@dataclass(frozen=True)
class _Mean:
    """`moves` (N,) is what each image adds to the mean beyond its weight; their sum is 0."""

    value: float
    moves: Floats
    known: npt.NDArray[np.bool_]


def _mean(values: Floats) -> _Mean | None:
    columns = values[:, None] if values.ndim == 1 else values
    known = ~np.isnan(columns)
    counts = known.sum(axis=1)
    total = int(counts.sum())
    if not total:
        return None
    sums = np.where(known, columns, 0.0).sum(axis=1)
    mean = float(sums.sum()) / total
    return _Mean(mean, (sums - mean * counts) / total, counts > 0)


def unpaired_difference(now: Estimate | None, before: Estimate | None) -> Estimate | None:
    """Of two independent estimates, by their intervals (Zou & Donner 2008, "Construction of
    confidence limits about effect measures"); `n` is the smaller."""
    if now is None or before is None:
        return None
    value, n = now.value - before.value, min(now.n, before.n)
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return Estimate(value, None, None, n)
    down = math.hypot(now.value - now.low, before.high - before.value)
    up = math.hypot(now.high - now.value, before.value - before.low)
    return Estimate(value, value - down, value + up, n)
