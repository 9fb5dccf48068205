"""The policy as a whole: how far its views lie from their originals and from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augscore.auditing.audit import Histogram, PolicyResult, Scale
from augscore.auditing.columns import Columns, Floats
from augscore.auditing.concluding.op_results import relative
from augscore.auditing.statistics.share import clustered_share_estimate
from augscore.auditing.terms import Terms

BINS, HIGHEST = 40, 2.0


def policy_result(columns: Columns, terms: Terms, scale: Scale) -> PolicyResult:
    views, between = columns.views.strength, columns.between.strength
    noise, bound = _noise(views, terms)
    policy = terms.policy
    drawn = columns.images > 0
    return PolicyResult(
        name=policy.name,
        source=policy.source,
        sha256=policy.sha256,
        library=policy.library,
        tree=policy.tree,
        notes=policy.notes,
        strength=relative(views, scale, terms.seed),
        view_strength=relative(between, scale, terms.seed),
        noise_sd=noise,
        noise_bound=bound,
        unchanged_share=clustered_share_estimate(unchanged(columns)) if drawn else None,
        destroyed_share=clustered_share_estimate(columns.destroyed) if drawn else None,
        histogram=_histogram(
            [views, between, columns.unrelated.strength], scale.unrelated_strength
        ),
    )


def unchanged(columns: Columns) -> Floats:
    """(N, K): 1 for a view that equals its original, 0 for others, NaN for none."""
    return np.where(np.isnan(columns.views.rms), np.nan, columns.views.rms == 0)


def _noise(views: Floats, terms: Terms) -> tuple[float | None, str | None]:
    if not np.isfinite(views).any():
        return None, None
    return terms.model.ladder.noise_sd(float(np.nanmedian(views)))


def _histogram(columns: Sequence[Floats], unit: float | None) -> Histogram | None:
    """What lies beyond the last edge is counted in the last bin."""
    if not unit:
        return None
    edges = np.linspace(0.0, HIGHEST, BINS + 1)
    last = np.nextafter(HIGHEST, 0)
    counts = [
        np.histogram(np.minimum(c[np.isfinite(c)] / unit, last), edges)[0].tolist() for c in columns
    ]
    return Histogram(tuple(edges.round(3).tolist()), *(tuple(c) for c in counts))
