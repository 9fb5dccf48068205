"""Ratios of sums and of means, with their interval over images."""

from __future__ import annotations

import math

import numpy as np

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.mean import FEWEST_FOR_INTERVAL, studentised_ends
from augscore.auditing.statistics.resampling import RESAMPLES, Clusters, Floats, draws, resample


def ratio_estimate(parts: Floats, wholes: Floats, *, seed: int) -> Estimate | None:
    """(N,) twice: Σ parts / Σ wholes, images resampled together, studentised.

    NaN in either leaves the image out. None unless the wholes sum to more than 0; no interval for
    fewer than five images with a whole above 0.
    """
    known = ~(np.isnan(parts) | np.isnan(wholes))
    known &= np.where(known, wholes, 0.0) > 0
    if not known.any():
        return None
    clusters = Clusters(parts[known][:, None], wholes[known][:, None])
    value = float(clusters.sums.sum() / clusters.counts.sum())
    if clusters.images < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None, clusters.images)
    resampled = resample(clusters, seed=seed)
    low, high = studentised_ends(resampled, clusters, 0.95)
    return Estimate(value, min(float(low[0]), value), max(float(high[0]), value), clusters.images)


def ratio_of_means(above: Floats, below: Floats, *, seed: int) -> Estimate | None:
    """(N,), (M,) values > 0 of two groups of images: the ratio of their means, with the percentile
    interval of both resampled apart. None unless both means are above 0."""
    if not (len(above) and len(below) and above.mean() > 0 and below.mean() > 0):
        return None
    value = float(above.mean() / below.mean())
    n = len(above) + len(below)
    if min(len(above), len(below)) < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None, n)
    tops, bottoms = _means(above, seed, "above"), _means(below, seed, "below")
    kept = bottoms > 0
    low, high = np.quantile(tops[kept] / bottoms[kept], [0.025, 0.975]).tolist()
    return Estimate(value, min(low, value), max(high, value), n)


def _means(values: Floats, seed: int, purpose: str) -> Floats:
    blocks = draws(len(values), seed=seed, resamples=RESAMPLES, purpose=purpose)
    means: Floats = np.concatenate([drawn @ values / math.fsum(drawn[0]) for drawn in blocks])
    return means
