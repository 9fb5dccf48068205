"""DEAD: an operation that is applied and changes nothing."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.alone import TOO_FEW, Alone, alone_in
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number, ranged
from augscore.auditing.statistics.equivalence import CAUTION
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import mean_below

MARGIN = 0.02

PAGE = Page(
    code="DEAD",
    group="size",
    level="fail",
    title="an operation changes nothing",
    means=(
        "Where the operation is applied, pixels stay as they are, or nearly so: its range is empty "
        "or too small for these images and this size. Small images round small shifts to nothing; "
        "grey images have no colour to change."
    ),
    measured=(
        "The operation alone, with the magnitudes that views draw. Mean pixel RMS is below 0.02 of "
        "that of two unrelated images (one-sided studentised bound over images, held to 0.8 of the "
        "margin; Holm over operations), and the median RMS is at or below the noise floor. "
        "Operations that do nothing by design, such as a posterize of 8 bits, are exempt."
    ),
    remedy="Widen its range for this image size, or remove it.",
)


def look(evidence: Evidence) -> Outcome:
    tested = [_one(evidence, alone) for alone in alone_in(evidence)]
    return settle(PAGE, tested, evidence.alpha, TOO_FEW)


def seems_dead(evidence: Evidence, alone: Alone) -> bool:
    """As the values have it, sure or not."""
    median = float(np.nanmedian(alone.raw_rms))
    mean = float(np.nanmean(alone.rms))
    return mean < CAUTION * MARGIN and median <= evidence.scale.floor_rms


def _one(evidence: Evidence, alone: Alone) -> Tested:
    if not seems_dead(evidence, alone):
        return Tested(alone.part.path)
    sure = mean_below(alone.rms, CAUTION * MARGIN, seed=evidence.seed)
    estimate = mean_estimate(alone.rms, seed=evidence.seed)
    if sure is None or estimate is None:
        return Tested(alone.part.path)
    raw = float(np.nanmean(alone.raw_rms))
    statement = (
        f"{alone.part.path}{alone.where} has no visible effect on these images: pixel RMS "
        f"{number(raw)}, {ranged(estimate)} of unrelated images"
    )
    finding = told(
        PAGE,
        alone.part,
        statement,
        "pixel RMS over that of unrelated images",
        estimate=estimate,
        threshold=CAUTION * MARGIN,
    )
    return Tested(alone.part.path, sure.p, finding)
