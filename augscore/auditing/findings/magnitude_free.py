"""MAGNITUDE_FREE: turning the magnitude changes nothing."""

from __future__ import annotations

import numpy as np

from augscore.auditing.columns import Floats
from augscore.auditing.findings.curve import Curve, curves_of
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.flatness import MARGIN, flatness_p
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number
from augscore.auditing.statistics.equivalence import CAUTION
from augscore.auditing.statistics.mean import mean_estimates

NO_CURVES = "no operation was turned through its magnitudes on 50 images or more"

PAGE = Page(
    code="MAGNITUDE_FREE",
    group="shape",
    level="warn",
    title="the magnitude has no effect",
    means=(
        "The operation changes images, and equally much at every level of its magnitude. For "
        "AutoContrast, Equalize or Invert that is how they are made, and it is only told. For "
        "others the magnitude does not arrive."
    ),
    measured=(
        "The same images and draws at every level. Equivalence (TOST over images, Holm over all "
        "axes): at every level the mean differs from that of all levels by less than 0.02 of the "
        "distance between two unrelated images, in the score reading and in pixel RMS; bounds are "
        "held to 0.8 of that margin."
    ),
    remedy="Leave such operations out of what you tune, and look where the magnitude gets lost.",
)


def look(evidence: Evidence) -> Outcome:
    tested = [_one(evidence, curve) for curve in curves_of(evidence)]
    return settle(PAGE, tested, evidence.alpha, NO_CURVES)


def flat_axes(evidence: Evidence) -> frozenset[tuple[int, str]]:
    """Axes that are flat, by design or as measured, with those on which nothing happens at all."""
    curves = curves_of(evidence)
    by_design = {curve.key for curve in curves if curve.part.magnitude_free}
    measured = {
        curve.key
        for curve in curves
        if flatness_p(curve, seed=evidence.seed) * len(curves) <= evidence.alpha
    }
    return frozenset(by_design | measured)


def _one(evidence: Evidence, curve: Curve) -> Tested:
    p = flatness_p(curve, seed=evidence.seed)
    nothing_at_all = float(curve.rms.mean(axis=0).max()) < CAUTION * MARGIN
    if p == 1.0 or nothing_at_all:
        return Tested(curve.name, p)
    deviations = _deviations(curve)
    means = deviations.mean(axis=0)
    farthest = int(means.argmax())
    estimate = mean_estimates(deviations, seed=evidence.seed)[farthest]
    statement = (
        f"{curve.part.path} is as strong at every {curve.axis.name}: {number(curve.means.mean())} "
        f"of two unrelated images, and nowhere more than {number(means[farthest])} off"
    )
    finding = told(
        PAGE,
        curve.part,
        statement,
        "largest deviation of a level, in relative strength",
        estimate=estimate,
        threshold=MARGIN,
        level="info" if curve.part.magnitude_free else None,
    )
    return Tested(curve.name, p, finding)


def _deviations(curve: Curve) -> Floats:
    """(N, L) of each level from the mean of all, turned so that no level's mean is below 0."""
    # From the first level: a curve that is exactly flat has no rounding in it.
    apart = curve.relative - curve.relative[:, :1]
    deviations = apart - apart.mean(axis=1, keepdims=True)
    turned: Floats = np.where(deviations.mean(axis=0) < 0, -deviations, deviations)
    return turned
