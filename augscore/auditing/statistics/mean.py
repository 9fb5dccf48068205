"""The mean of values over images with its interval; the views of one image travel together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.resampling import (
    Clusters,
    Floats,
    Resampled,
    clusters_of,
    resample,
)

FEWEST_FOR_INTERVAL = 5
"""Resampling fewer images says less than the values themselves."""

STUDENTISED_BELOW = 200
"""Images: below, percentile intervals of long-tailed means are too narrow (audit.md 6)."""


def mean_estimate(values: Floats, *, seed: int, level: float = 0.95) -> Estimate | None:
    """(N,) or (N, K): values of N images, K views each, NaN for missing → their mean.

    The mean is that over all values; `n` counts images that have any. None without a value; no
    interval for fewer than five images. The interval is studentised below 200 images, percentile
    from 200 on (Efron & Tibshirani 1993, chapters 12 and 13), from 1,000 resamples of images.
    """
    columns = values[:, None] if values.ndim == 1 else values
    return mean_estimates(columns[:, :, None], seed=seed, level=level)[0]


def mean_estimates(
    values: Floats, *, seed: int, level: float = 0.95
) -> tuple[Estimate | None, ...]:
    """(N, Q) or (N, K, Q) → Q means, each as by `mean_estimate`, from shared resamples."""
    cubes = values[:, None, :] if values.ndim == 2 else values
    clusters = clusters_of(cubes)
    found: list[Estimate | None] = [None] * cubes.shape[2]
    for columns, images in _alike(clusters.counts > 0):
        own = Clusters(
            clusters.sums[np.ix_(images, columns)], clusters.counts[np.ix_(images, columns)]
        )
        for place, estimate in zip(columns, _estimates(own, seed, level), strict=True):
            found[place] = estimate
    return tuple(found)


def studentised_ends(
    resampled: Resampled, clusters: Clusters, level: float
) -> tuple[Floats, Floats]:
    """(Q,) lower and upper ends. They stay within the images' own means, which only matters where
    so few images differ that some resamples have none of them."""
    tail = (1 - level) / 2
    scores = resampled.studentised()
    below, above = _quantile(scores, tail), _quantile(scores, 1 - tail)
    low = resampled.mean - times(above, resampled.error)
    high = resampled.mean - times(below, resampled.error)
    own = np.where(clusters.counts > 0, clusters.sums / np.maximum(clusters.counts, 1.0), np.nan)
    least, most = np.nanmin(own, axis=0), np.nanmax(own, axis=0)
    return np.clip(low, least, most), np.clip(high, least, most)


def times(score: Floats, error: Floats) -> Floats:
    """Their product, 0 where there is no error at all."""
    return np.where(error > 0, score, 0.0) * error


def _quantile(scores: Floats, share: float) -> Floats:
    """An order statistic, since a mean with an infinite neighbour is none."""
    return np.quantile(scores, share, axis=0, method="nearest")


def _alike(present: npt.NDArray[np.bool_]) -> list[tuple[list[int], list[int]]]:
    """Columns that have the same images, with those; columns without images are left out."""
    groups: dict[bytes, list[int]] = {}
    for column in range(present.shape[1]):
        groups.setdefault(present[:, column].tobytes(), []).append(column)
    alike = [(cols, np.flatnonzero(present[:, cols[0]]).tolist()) for cols in groups.values()]
    return [(columns, images) for columns, images in alike if images]


def _estimates(clusters: Clusters, seed: int, level: float) -> list[Estimate]:
    n = clusters.images
    if n < FEWEST_FOR_INTERVAL:
        means = clusters.sums.sum(axis=0) / clusters.counts.sum(axis=0)
        return [Estimate(mean, None, None, n) for mean in means.tolist()]
    resampled = resample(clusters, seed=seed)
    if n < STUDENTISED_BELOW:
        low, high = studentised_ends(resampled, clusters, level)
    else:
        tail = (1 - level) / 2
        low, high = np.quantile(resampled.means, [tail, 1 - tail], axis=0)
    ends = zip(resampled.mean.tolist(), low.tolist(), high.tolist(), strict=True)
    return [Estimate(mean, min(low, mean), max(high, mean), n) for mean, low, high in ends]
