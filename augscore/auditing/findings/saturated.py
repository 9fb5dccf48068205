"""SATURATED: beyond some magnitude nothing more happens, or pixels only clip."""

from __future__ import annotations

import math

import numpy as np

from augscore.auditing.columns import Floats
from augscore.auditing.findings.curve import Curve, ids_of, sides_in
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.filling import fills
from augscore.auditing.findings.magnitude_free import NO_CURVES, flat_axes
from augscore.auditing.findings.non_monotone import falling_axes
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.reversed_axis import reversed_axes
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number, percent
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import OneSided, mean_above, mean_below

FEWEST_LEVELS = 4
LEAST_SLOPE = 0.05
"""Of the curve's range, over its top third."""

REAL_RANGE = 0.05
"""Relative strength from the weakest level to the strongest."""

MOST_GAINED = 0.25

PAGE = Page(
    code="SATURATED",
    group="shape",
    level="warn",
    title="a larger magnitude does nothing more",
    means=(
        "Over the top third of the axis strength no longer grows, so that part of the range is one "
        "setting under many names; or so many pixels are cut at black or white that the picture "
        "goes rather than changes."
    ),
    measured=(
        "The same images and draws at every level. The rise over the top third is below 0.05 of "
        "the curve's range, in the score reading and in pixel RMS, of a range of at least 0.05 of "
        "unrelated images; or the share of values at 0 or 1 lies more than 0.25 above the "
        "originals' at the level that the policy names, or on average over the range that it draws "
        "from. One-sided bounds over images, Holm over axes. Clipping is not judged for operations "
        "that fill with black. If the policy stays below the flat part, it is only told."
    ),
    remedy="End the range where the curve flattens, or where pixels begin to clip.",
)


def look(evidence: Evidence) -> Outcome:
    apart = flat_axes(evidence) | reversed_axes(evidence) | falling_axes(evidence)
    tested = []
    for curve in sides_in(evidence):
        tested.append(_clipping(evidence, curve))
        if curve.key not in apart and len(curve.levels) >= FEWEST_LEVELS:
            tested.append(_levelling(evidence, curve))
    return settle(PAGE, tested, evidence.alpha, NO_CURVES)


def _levelling(evidence: Evidence, curve: Curve) -> Tested:
    """Whether both readings stand still over the top third, in a range that is real."""
    top = math.ceil(2 / 3 * (len(curve.levels) - 1))
    high, low = int(curve.means.argmax()), int(curve.means.argmin())
    if curve.reach < REAL_RANGE or curve.means[-1] < curve.means[top] - LEAST_SLOPE * curve.reach:
        return Tested(curve.name)
    spread = curve.relative[:, high] - curve.relative[:, low]
    still = [_standing(evidence, curve.relative, top), _standing(evidence, curve.rms, top)]
    real = mean_above(spread, REAL_RANGE / 2, seed=evidence.seed)
    p = max(1.0 if one is None else one.p for one in (*still, real))
    if any(one is None or one.mean >= 0 for one in still):
        return Tested(curve.name, p)
    rise = curve.relative[:, -1] - curve.relative[:, top]
    statement = (
        f"{curve.part.path} grows no further from {curve.axis.name} {curve.at(top)} to "
        f"{curve.at(-1)}: by {number(rise.mean())} of {number(curve.reach)} in all"
    )
    finding = told(
        PAGE,
        curve.part,
        statement,
        "rise over the top third, in relative strength",
        estimate=mean_estimate(rise, seed=evidence.seed),
        threshold=LEAST_SLOPE * curve.reach,
        level=None if _in_use(curve) >= top else "info",
    )
    return Tested(curve.name, p, finding)


def _standing(evidence: Evidence, values: Floats, top: int) -> OneSided | None:
    """(M, L): whether the rise over the top third is less than it would have to be."""
    means = values.mean(axis=0)
    spread = values[:, int(means.argmax())] - values[:, int(means.argmin())]
    rise = values[:, -1] - values[:, top]
    return mean_below(rise - LEAST_SLOPE * spread, 0.0, seed=evidence.seed)


def _clipping(evidence: Evidence, curve: Curve) -> Tested:
    gained = _gained(curve)
    known = gained[~np.isnan(gained)]
    if fills(curve.part.op) or len(known) < 2 or known.mean() <= MOST_GAINED:
        return Tested(curve.name)
    sure = mean_above(gained, MOST_GAINED, seed=evidence.seed)
    estimate = mean_estimate(gained, seed=evidence.seed)
    if sure is None or estimate is None:
        return Tested(curve.name)
    drawn = curve.axis.set_to is None
    where = f"over its range of {curve.axis.name}" if drawn else f"at {curve.at(_in_use(curve))}"
    statement = (
        f"{curve.part.path} cuts {percent(estimate.value)} more of the values at black or white "
        f"{where} than the images have themselves"
    )
    worth = np.where(np.isnan(gained), -np.inf, gained)
    finding = told(
        PAGE,
        curve.part,
        statement,
        "share of values at 0 or 1, above the original's",
        estimate=estimate,
        threshold=MOST_GAINED,
        images=ids_of(curve, evidence, worth),
    )
    return Tested(curve.name, sure.p, finding)


def _gained(curve: Curve) -> Floats:
    """(M,) at the level that the policy names, or on average over the range that it draws from."""
    if curve.axis.set_to is None:
        average: Floats = curve.gained.mean(axis=1)
        return average
    return curve.gained[:, _in_use(curve)]


def _in_use(curve: Curve) -> int:
    """The place of the level that the policy names, of the strongest where it draws from a range.

    On a side of an axis that the named level is not on, that is the weakest."""
    set_to = curve.axis.set_to
    if set_to is None:
        return len(curve.levels) - 1
    return min(range(len(curve.levels)), key=lambda k: abs(curve.values[k] - set_to))
