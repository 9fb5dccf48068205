"""Rank correlation with ties (Spearman 1904)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def spearman(a: Sequence[float], b: Sequence[float]) -> float:
    """In [−1, 1]; NaN where all values of a side are equal, or there are fewer than two."""
    if len(a) < 2:
        return math.nan
    first, second = _ranks(a), _ranks(b)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / spread if spread > 0 else math.nan


def _ranks(values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Equal values share the mean of their places."""
    _, places, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2
    ranks: np.ndarray[tuple[int], np.dtype[np.float64]] = middle[places].astype(np.float64)
    return ranks
