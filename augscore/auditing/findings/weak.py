"""WEAK: an operation that can hardly be seen."""

from __future__ import annotations

import numpy as np

from augscore.auditing.columns import Floats
from augscore.auditing.findings.alone import TOO_FEW, Alone, alone_in
from augscore.auditing.findings.dead import seems_dead
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import ranged
from augscore.auditing.statistics.equivalence import CAUTION
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import mean_below

MARGIN = 0.05

PAGE = Page(
    code="WEAK",
    group="opinion",
    level="info",
    title="an operation is weak",
    means=(
        "The operation does something, and little: views with it lie close to those without. That "
        "may be what you want, as fine differences between classes need gentle operations."
    ),
    measured=(
        "The operation alone, with the magnitudes that views draw. Mean strength of the score "
        "reading is below 0.05 of that of two unrelated images (one-sided studentised bound over "
        "images, held to 0.8 of the margin; Holm over operations). Dead operations are left out."
    ),
    remedy="Leave it if that is meant; otherwise widen its range.",
)


def look(evidence: Evidence) -> Outcome:
    tested = [_one(evidence, alone) for alone in alone_in(evidence)]
    return settle(PAGE, tested, evidence.alpha, TOO_FEW)


def _one(evidence: Evidence, alone: Alone) -> Tested:
    if float(np.nanmean(alone.relative)) >= CAUTION * MARGIN or seems_dead(evidence, alone):
        return Tested(alone.part.path)
    sure = mean_below(alone.relative, CAUTION * MARGIN, seed=evidence.seed)
    estimate = mean_estimate(alone.relative, seed=evidence.seed)
    if sure is None or estimate is None:
        return Tested(alone.part.path)
    statement = (
        f"{alone.part.path}{alone.where} is weak on these images: {ranged(estimate)} of unrelated "
        f"images{_dead_levels(evidence, alone)}"
    )
    finding = told(
        PAGE,
        alone.part,
        statement,
        "strength over that of unrelated images",
        estimate=estimate,
        threshold=CAUTION * MARGIN,
    )
    return Tested(alone.part.path, sure.p, finding)


def _dead_levels(evidence: Evidence, alone: Alone) -> str:
    """Which levels of its axes change nothing at all."""
    named = []
    for axis, curve in zip(alone.part.axes, evidence.columns.curves[alone.place], strict=True):
        still = _nothing(curve.readings.rms, evidence.scale.floor_rms)
        values = [f"{axis.levels[k]:g}" for k in still if axis.levels[k] != axis.neutral]
        if values:
            named.append(f"{axis.name} {', '.join(values)}")
    return f"; nothing happens at {'; '.join(named)}" if named else ""


def _nothing(rms: Floats, floor: float) -> list[int]:
    """Levels whose median RMS is at or below the floor."""
    known = ~np.isnan(rms)
    return [
        k for k in range(rms.shape[1]) if known[:, k].any() and np.nanmedian(rms[:, k]) <= floor
    ]
