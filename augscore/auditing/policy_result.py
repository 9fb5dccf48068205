"""The policy as a whole: how far its views lie from their originals and from each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Estimate, Histogram, PolicyResult, Scale
from augscore.auditing.op_results import BLANK_SD, is_destroyed, scaled
from augscore.auditing.plan import AuditPlan
from augscore.auditing.policy_tree import tree_of
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.share import clustered_share_estimate
from augscore.auditing.table import Reading, Table
from augscore.engine.nodes import foreign_in

Floats = npt.NDArray[np.float64]

BINS, HIGHEST = 40, 2.0


def policy_result(table: Table, plan: AuditPlan, scale: Scale) -> PolicyResult:
    views = _strengths([[view.reading for view in record.views] for record in table.records])
    between = _strengths([list(record.between) for record in table.records])
    unrelated = _strengths([[record.unrelated] for record in table.records])
    noise, bound = _noise(views, plan)
    return PolicyResult(
        name=plan.given.name,
        source=plan.given.source,
        sha256=plan.digest,
        library=_library(plan),
        tree=tree_of(plan.given),
        notes=plan.given.notes,
        strength=_relative(views, scale, plan.seed),
        view_strength=_relative(between, scale, plan.seed),
        noise_sd=noise,
        noise_bound=bound,
        unchanged_share=_unchanged(table),
        destroyed_share=_destroyed(table),
        histogram=_histogram([views, between, unrelated], scale.unrelated_strength),
    )


def _strengths(rows: Sequence[Sequence[Reading | None]]) -> Floats:
    if not rows:
        return np.empty((0, 0))
    return np.array([[np.nan if r is None else r.strength for r in row] for row in rows])


def _relative(values: Floats, scale: Scale, seed: int) -> Estimate | None:
    if not values.size or not scale.unrelated_strength:
        return None
    return scaled(mean_estimate(values, seed=seed), 1 / scale.unrelated_strength)


def _noise(views: Floats, plan: AuditPlan) -> tuple[float | None, str | None]:
    if not np.isfinite(views).any():
        return None, None
    return plan.scorer.calibration.ladder_for(plan.size).noise_sd(float(np.nanmedian(views)))


def _unchanged(table: Table) -> Estimate | None:
    rows = [
        [np.nan if v.reading is None else float(v.reading.rms == 0) for v in record.views]
        for record in table.records
    ]
    return clustered_share_estimate(np.array(rows)) if rows else None


def _destroyed(table: Table) -> Estimate | None:
    rows = [
        [
            np.nan
            if v.pixels is None
            else float(is_destroyed(v.pixels.sd, v.pixels.constant, record.pixels.sd))
            for v in record.views
        ]
        for record in table.records
        if record.pixels.sd >= BLANK_SD
    ]
    return clustered_share_estimate(np.array(rows)) if rows else None


def _histogram(columns: Sequence[Floats], unit: float | None) -> Histogram | None:
    """What lies beyond the last edge is counted in the last bin."""
    if not unit:
        return None
    edges = np.linspace(0.0, HIGHEST, BINS + 1)
    last = edges[-1] - 1e-9
    counts = [
        np.histogram(np.minimum(c[np.isfinite(c)] / unit, last), edges)[0].tolist() for c in columns
    ]
    return Histogram(tuple(edges.round(3).tolist()), *(tuple(c) for c in counts))


def _library(plan: AuditPlan) -> str:
    libraries = [node.library for view in plan.given.views for node in foreign_in(view.steps)]
    return libraries[0] if libraries else "augscore"
