"""Is something as good as nothing? Equivalence by two one-sided tests (Schuirmann 1987)."""

from __future__ import annotations

import numpy as np

from augscore.auditing.statistics.one_sided import NO_ERROR, TEST_RESAMPLES
from augscore.auditing.statistics.resampling import Floats, clusters_of, resample

CAUTION = 0.8
"""Margins are held to this share of what is meant: one-sided bounds of long-tailed means are
optimistic, and a mean at the margin is called small in 10 % instead of 5 % (audit.md 6)."""


def equivalence_p(columns: Floats, margin: float, *, seed: int) -> float:
    """(N, Q) values: the p-value against "some mean lies `margin` or more from 0", by the bootstrap
    t over the images that have all Q.

    The largest over columns and sides: all have to be small, so none needs a correction (Berger
    1982). 1 for fewer than two images or no columns; `margin` is what is meant, before `CAUTION`.
    """
    present = ~np.isnan(columns).any(axis=1)
    values, held = columns[present], CAUTION * margin
    if not values.shape[1] or len(values) < 2 or np.abs(values.mean(axis=0)).max() >= held:
        return 1.0
    resampled = resample(clusters_of(values[:, None, :]), seed=seed, resamples=TEST_RESAMPLES)
    varies = resampled.error > NO_ERROR
    if not varies.any():
        return 0.0
    scores = resampled.studentised()[:, varies]
    mean, error = resampled.mean[varies], resampled.error[varies]
    below = (scores <= (mean - held) / error).sum(axis=0).max()
    above = (scores >= (mean + held) / error).sum(axis=0).max()
    return float(1 + max(below, above)) / (1 + TEST_RESAMPLES)
