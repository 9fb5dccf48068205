"""NOT_IDENTITY_AT_ZERO: the weakest magnitude already changes images."""

from __future__ import annotations

import numpy as np

from augscore.auditing.anatomy.part import Axis
from augscore.auditing.findings.curve import Curve, curves_of, ids_of, sides_of, weakest_of
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.magnitude_free import NO_CURVES
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import ranged
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import mean_above

MARGIN = 0.02
LEAST_SHARE = 0.25
"""Of the strongest level: less is what the first step of a rising curve does."""

PAGE = Page(
    code="NOT_IDENTITY_AT_ZERO",
    group="shape",
    level="info",
    title="the weakest magnitude already changes images",
    means=(
        "Turned all the way down, the operation does something that can be seen. Where you expect "
        "the lowest magnitude to leave images alone, it does not; with operations that have no "
        "magnitude it cannot be otherwise."
    ),
    measured=(
        "At the first level of the axis, mean strength over that of unrelated images is above 0.02 "
        "(one-sided bound over images, Holm over axes) and more than a quarter of the strongest "
        "level's, and the median pixel RMS is above the noise floor. Axes whose weakest value is "
        "known to change images are left out."
    ),
    remedy="Do not take the lowest magnitude for no augmentation; lower the probability instead.",
)


def look(evidence: Evidence) -> Outcome:
    tested = [
        _one(evidence, curve, first)
        for curve in curves_of(evidence)
        if (first := _first(curve.axis)) is not None
    ]
    return settle(PAGE, tested, evidence.alpha, NO_CURVES)


def _first(axis: Axis) -> int | None:
    """The place of the weakest level; None where it is not expected to be neutral, or missing."""
    known_to_change = axis.weakest is not None and axis.neutral is None
    sides = sides_of(axis)
    if not sides:
        return None
    place = sides[0][0]
    if known_to_change or (len(sides) > 1 and axis.levels[place] != weakest_of(axis)):
        return None
    return place


def _one(evidence: Evidence, curve: Curve, first: int) -> Tested:
    relative = curve.relative[:, first]
    unrelated = evidence.scale.unrelated_rms or 1.0
    seen = float(np.median(curve.rms[:, first])) * unrelated > evidence.scale.floor_rms
    much = relative.mean() > max(MARGIN, LEAST_SHARE * float(curve.means.max()))
    if not (much and seen):
        return Tested(curve.name)
    sure = mean_above(relative, MARGIN, seed=evidence.seed)
    estimate = mean_estimate(relative, seed=evidence.seed)
    if sure is None or estimate is None:
        return Tested(curve.name)
    statement = (
        f"{curve.part.path} already has a strength of {ranged(estimate)} of unrelated images at "
        f"{curve.axis.name} {curve.at(first)}"
    )
    finding = told(
        PAGE,
        curve.part,
        statement,
        "strength at the first level, over that of unrelated images",
        estimate=estimate,
        threshold=MARGIN,
        images=ids_of(curve, evidence, relative),
    )
    return Tested(curve.name, sure.p, finding)
