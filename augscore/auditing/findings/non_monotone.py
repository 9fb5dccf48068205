"""NON_MONOTONE: some larger magnitude is weaker than a smaller one."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.curve import Curve, ids_of, sides_in
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.magnitude_free import NO_CURVES, flat_axes
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.reversed_axis import reversed_axes
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number
from augscore.auditing.statistics.falls import clearest_fall
from augscore.auditing.statistics.isotonic import isotonic_fit
from augscore.auditing.statistics.mean import mean_estimate

LEAST_DROP = 0.1
"""Of the curve's range."""

PAGE = Page(
    code="NON_MONOTONE",
    group="shape",
    level="warn",
    title="strength rises and falls with the magnitude",
    means=(
        "Somewhere a larger magnitude is weaker. A curve like a V has its harmless point in the "
        "middle of the axis, so the smallest magnitude is no gentle one. Where the neutral value "
        "lies inside the range by design, each side is judged by itself."
    ),
    measured=(
        "The same images and draws at every level, each level against every later one: paired "
        "t-tests over images, Bonferroni over pairs, Holm over axes. The drop must be more than "
        "0.1 of the curve's range and twice the noise floor, and pixel RMS must drop, too. How far "
        "the nearest rising curve lies away is told. Flat and reversed axes are left out."
    ),
    remedy="Map the magnitude so that its smallest value is the operation's neutral one.",
)


def look(evidence: Evidence) -> Outcome:
    apart = flat_axes(evidence) | reversed_axes(evidence)
    tested = [_one(evidence, curve) for curve in sides_in(evidence) if curve.key not in apart]
    return settle(PAGE, tested, evidence.alpha, NO_CURVES)


def falling_axes(evidence: Evidence) -> frozenset[tuple[int, str]]:
    """Axes with a later level that is lower by enough, sure or not."""
    curves = sides_in(evidence)
    return frozenset(c.key for c in curves if _one(evidence, c).finding is not None)


def _one(evidence: Evidence, curve: Curve) -> Tested:
    unrelated = evidence.scale.unrelated_strength
    assert unrelated
    least = max(LEAST_DROP * curve.reach, 2 * evidence.scale.floor_strength / unrelated)
    fall = clearest_fall(curve.relative, least=least)
    if fall is None:
        return Tested(curve.name)
    rms = curve.rms.mean(axis=0)
    if rms[fall.low] >= rms[fall.high]:
        return Tested(curve.name)
    drops = curve.relative[:, fall.high] - curve.relative[:, fall.low]
    residual = float(np.abs(np.array(isotonic_fit(curve.means.tolist())) - curve.means).max())
    weakest = curve.at(int(curve.means.argmin()))
    statement = (
        f"{curve.part.path} is weaker at {curve.axis.name} {curve.at(fall.low)} than at "
        f"{curve.at(fall.high)}, by {number(fall.drop)} of unrelated images; it is weakest at "
        f"{weakest}, and {number(residual)} off the nearest rising curve"
    )
    finding = told(
        PAGE,
        curve.part,
        statement,
        "drop between two levels, in relative strength",
        estimate=mean_estimate(drops, seed=evidence.seed),
        threshold=least,
        images=ids_of(curve, evidence, drops),
    )
    return Tested(curve.name, fall.p, finding)
