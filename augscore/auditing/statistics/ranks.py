"""Ranks, Spearman's correlation and the Kruskal-Wallis test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from augscore.auditing.statistics.resampling import Floats


def ranks(values: Floats) -> Floats:
    """(N,) → 1 for the smallest … N; equal values share the mean of their places."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle: Floats = last - (counts - 1) / 2
    return middle[places]


def spearman_with_order(values: Floats) -> float:
    """(L,) → rank correlation with their places in [−1, 1] (Spearman 1904); 0 if all are equal."""
    own = ranks(values) - (len(values) + 1) / 2
    places = np.arange(len(values)) - (len(values) - 1) / 2
    spread = float((own**2).sum() * (places**2).sum())
    return float((own * places).sum()) / spread**0.5 if spread > 0 else 0.0


def kruskal_wallis_p(groups: Sequence[Floats]) -> float:
    """Groups (N_g,) of values: the p-value against "all are alike" (Kruskal & Wallis 1952).

    With the correction for ties and the chi-square distribution; 1 for fewer than two groups, or
    where all values are equal.
    """
    sizes = np.array([len(group) for group in groups], dtype=np.float64)
    if len(groups) < 2 or not sizes.all():
        return 1.0
    pooled = np.concatenate(groups)
    n = len(pooled)
    _, counts = np.unique(pooled, return_counts=True)
    ties = 1 - float((counts.astype(np.float64) ** 3 - counts).sum()) / (float(n) ** 3 - n)
    if ties <= 0:
        return 1.0
    ends = np.cumsum(sizes)[:-1].astype(int)
    means = np.array([part.mean() for part in np.split(ranks(pooled), ends)])
    statistic = 12 / (n * (n + 1)) * float((sizes * (means - (n + 1) / 2) ** 2).sum()) / ties
    half = torch.tensor([(len(groups) - 1) / 2, statistic / 2], dtype=torch.float64)
    return float(torch.special.gammaincc(half[0], half[1]))
