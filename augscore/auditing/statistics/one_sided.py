"""Is a mean over images below, or above, a limit? Studentised bounds and their p-values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augscore.auditing.statistics.resampling import Clusters, Floats, clusters_of, resample

TEST_RESAMPLES = 2000
"""So many that the smallest p-value survives Holm's correction over a hundred operations."""

NO_ERROR = 1e-12
"""A standard error that is rounding: the values never vary."""


@dataclass(frozen=True)
class OneSided:
    """A `mean`, its one-sided 95 % `bound` on the side of the limit, and the p-value of the
    hypothesis that the mean lies past the limit or on it."""

    mean: float
    bound: float
    p: float


def mean_below(
    values: Floats, limit: float, *, seed: int, resamples: int = TEST_RESAMPLES
) -> OneSided | None:
    """(N,) or (N, K) values, NaN for missing: against a mean of `limit` or more.

    Bootstrap t over images (Efron & Tibshirani 1993, chapter 12); p is at least one in `resamples`.
    Values that never vary decide by themselves. None for fewer than two images.
    """
    mirrored = mean_above(-values, -limit, seed=seed, resamples=resamples)
    if mirrored is None:
        return None
    return OneSided(-mirrored.mean, -mirrored.bound, mirrored.p)


def mean_above(
    values: Floats, limit: float, *, seed: int, resamples: int = TEST_RESAMPLES
) -> OneSided | None:
    """As `mean_below`, against a mean of `limit` or less."""
    views = values[:, None] if values.ndim == 1 else values
    clusters = clusters_of(views[:, :, None])
    present = clusters.counts[:, 0] > 0
    if present.sum() < 2:
        return None
    own = Clusters(clusters.sums[present], clusters.counts[present])
    return ratio_above(own, limit, seed=seed, resamples=resamples)


def ratio_above(
    clusters: Clusters, limit: float, *, seed: int, resamples: int = TEST_RESAMPLES
) -> OneSided:
    """As `mean_above`, for sums and counts (N, 1) of images."""
    resampled = resample(clusters, seed=seed, resamples=resamples)
    mean, error = float(resampled.mean[0]), float(resampled.error[0])
    if error <= NO_ERROR:
        return OneSided(mean, mean, 0.0 if mean > limit else 1.0)
    scores = resampled.studentised()[:, 0]
    reach = float(np.quantile(scores, 0.95, method="nearest"))
    beyond = int((scores >= (mean - limit) / error).sum())
    own = clusters.sums[:, 0] / clusters.counts[:, 0]
    bound = max(mean - reach * error, float(own.min()))
    return OneSided(mean, bound, (1 + beyond) / (1 + resamples))
