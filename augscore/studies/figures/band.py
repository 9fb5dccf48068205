"""Readings of many images at one magnitude in five numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augscore.strength.intervals import median_interval
from augscore.studies.figures.rank_agreement import Floats


@dataclass(frozen=True)
class Band:
    """The median with its 95 % interval `low` to `high` by bootstrap over images, and the 5th and
    95th percentiles of the images."""

    median: float
    p05: float
    p95: float
    low: float
    high: float


def band_of(values: Floats, *, seed: int) -> Band:
    """(N,) one number an image."""
    p05, median, p95 = (float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))
    low, high = median_interval(values[:, None], seed=seed)
    return Band(median, p05, p95, low, high)
