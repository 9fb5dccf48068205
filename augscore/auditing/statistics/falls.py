"""Where a curve falls: paired over images, each level against every later one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from augscore.auditing.statistics.resampling import Floats
from augscore.auditing.statistics.student import t_tail

BEYOND_DOUBT = 1e-4
"""A p-value, corrected for all pairs."""


@dataclass(frozen=True)
class Fall:
    """From level `high` to the later level `low` (places), by `drop` on average over `n` images;
    `p` is one-sided, corrected for all pairs of levels (Bonferroni)."""

    high: int
    low: int
    drop: float
    p: float
    n: int


def clearest_fall(curve: Floats, *, least: float = 0.0) -> Fall | None:
    """(N, L) values at L levels, NaN for missing → the clearest fall of more than `least`: the
    deepest of those that are beyond doubt, or else the surest.

    A paired t-test of each pair of levels over the images that have both; None where no later
    level is lower by that much. All pairs rather than neighbours, so that a slow fall counts too.
    """
    levels = curve.shape[1]
    pairs = levels * (levels - 1) // 2
    falls = [_fall(curve, high, low, pairs) for high, low in combinations(range(levels), 2)]
    real = [fall for fall in falls if fall is not None and fall.drop > least]
    certain = [fall for fall in real if fall.p <= BEYOND_DOUBT]
    if certain:
        return max(certain, key=lambda fall: fall.drop)
    return min(real, key=lambda fall: fall.p, default=None)


def _fall(curve: Floats, high: int, low: int, pairs: int) -> Fall | None:
    drops = curve[:, high] - curve[:, low]
    drops = drops[~np.isnan(drops)]
    n = len(drops)
    if n < 2:
        return None
    mean = float(drops.mean())
    error = float(drops.std(ddof=1)) / math.sqrt(n)
    t = mean / error if error > 0 else math.copysign(math.inf, mean) if mean else 0.0
    return Fall(high, low, mean, min(1.0, pairs * t_tail(t, n - 1)), n)
