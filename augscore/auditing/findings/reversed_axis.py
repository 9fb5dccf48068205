"""REVERSED: a larger magnitude is a weaker operation."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.curve import Curve, ids_of, sides_in
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.magnitude_free import NO_CURVES, flat_axes
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import mean_above
from augscore.auditing.statistics.ranks import spearman_with_order

MOST_CORRELATION = -0.9
LEAST_FALL = 0.2
LEAST_REACH = 0.02

PAGE = Page(
    code="REVERSED",
    group="shape",
    level="fail",
    title="a larger magnitude is weaker",
    means=(
        "Pictures change less as the policy's magnitude grows, so whoever turns it up gets less, "
        "and a search over magnitudes is misled. Thresholds and numbers of bits are often the "
        "reason: the operation itself is strongest at their low end."
    ),
    measured=(
        "On the policy's own magnitude axis, the same images and draws at every level. Spearman's "
        "correlation of the mean pixel RMS with the order of levels is -0.9 or less, and the last "
        "level lies below the first by more than 0.2 of the curve's range (paired over images, "
        "one-sided, Holm over all axes). Strength must fall from the first to the last, too: alone "
        "it will not do, since it hardly sees inverted colours. Flat axes are left out."
    ),
    remedy="Turn the range of this operation around, so that its weak end comes first.",
)


def look(evidence: Evidence) -> Outcome:
    flat = flat_axes(evidence)
    tested = [_one(evidence, curve) for curve in sides_in(evidence) if curve.key not in flat]
    return settle(PAGE, tested, evidence.alpha, NO_CURVES)


def reversed_axes(evidence: Evidence) -> frozenset[tuple[int, str]]:
    """Axes that fall all along, sure or not: other findings of shape leave them alone."""
    return frozenset(curve.key for curve in sides_in(evidence) if _falls(curve))


def _falls(curve: Curve) -> bool:
    rms = curve.rms.mean(axis=0)
    reach = float(np.ptp(rms))
    return (
        spearman_with_order(rms) <= MOST_CORRELATION
        and reach > LEAST_REACH
        and float(rms[0] - rms[-1]) > LEAST_FALL * reach
        and float(curve.means[-1]) < float(curve.means[0])
    )


def _one(evidence: Evidence, curve: Curve) -> Tested:
    if not _falls(curve):
        return Tested(curve.name)
    rms = curve.rms.mean(axis=0)
    high, low = int(rms.argmax()), int(rms.argmin())
    fall = curve.rms[:, 0] - curve.rms[:, -1]
    spare = fall - LEAST_FALL * (curve.rms[:, high] - curve.rms[:, low])
    sure = mean_above(spare, 0.0, seed=evidence.seed)
    if sure is None:
        return Tested(curve.name)
    statement = (
        f"{curve.part.path} weakens as {curve.axis.name} grows: strength {number(curve.means[0])} "
        f"at {curve.at(0)} and {number(curve.means[-1])} at {curve.at(-1)}, over unrelated images"
    )
    finding = told(
        PAGE,
        curve.part,
        statement,
        "fall of the pixel RMS from the first level to the last, over unrelated images",
        estimate=mean_estimate(fall, seed=evidence.seed),
        threshold=LEAST_FALL * float(np.ptp(rms)),
        images=ids_of(curve, evidence, fall),
    )
    return Tested(curve.name, sure.p, finding)
