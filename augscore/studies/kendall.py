"""Rank correlation by pairs, with ties (Kendall 1945: tau-b)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def kendall(a: Sequence[float], b: Sequence[float]) -> float:
    """In [−1, 1]; NaN where all values of a side are equal, or there are fewer than two."""
    first, second = _signs(a), _signs(b)
    untied = float(np.abs(first).sum()), float(np.abs(second).sum())
    spread = math.sqrt(untied[0] * untied[1])
    return float((first * second).sum()) / spread if spread > 0 else math.nan


def _signs(values: Sequence[float]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """(N, N): whether each value lies above, at or below each other."""
    found = np.asarray(values, dtype=np.float64)
    signs: np.ndarray[tuple[int, int], np.dtype[np.float64]] = np.sign(found[:, None] - found)
    return signs
