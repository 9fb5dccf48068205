"""Is something as good as nothing? Equivalence by two one-sided tests (Schuirmann 1987)."""

from __future__ import annotations

import numpy as np

from augscore.auditing.statistics.one_sided import mean_above, mean_below
from augscore.auditing.statistics.resampling import Floats

CAUTION = 0.8
"""Margins are held to this share of what is meant: one-sided bounds of long-tailed means are
optimistic, and a mean at the margin is called small in 10 % instead of 5 % (audit.md 6)."""


def equivalence_p(columns: Floats, margin: float, *, seed: int) -> float:
    """(N, Q) values, NaN for missing: the p-value against "some mean lies `margin` or more from 0".

    The largest over columns and sides: all have to be small, so none needs a correction (Berger
    1982). 1 where a column has fewer than two images; `margin` is what is meant, before `CAUTION`.
    """
    held = CAUTION * margin
    worst = 0.0
    for column in columns.T:
        known = ~np.isnan(column)
        if known.sum() < 2 or abs(float(column[known].mean())) >= held:
            return 1.0
        below = mean_below(column, held, seed=seed)
        above = mean_above(column, -held, seed=seed)
        if below is None or above is None:
            return 1.0
        worst = max(worst, below.p, above.p)
    return worst if columns.shape[1] else 1.0
