"""REDUNDANT: behind another operation, one adds nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from augscore.auditing.columns import Bools, Floats
from augscore.auditing.findings.alone import Alone, alone_in
from augscore.auditing.findings.dead import seems_dead
from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import number
from augscore.auditing.statistics.equivalence import CAUTION
from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.one_sided import mean_below

MARGIN = 0.02

_RESAMPLES = 20_000
"""There are as many tests as pairs of operations, and Holm's correction is for all of them."""

PAGE = Page(
    code="REDUNDANT",
    group="size",
    level="warn",
    title="an operation adds nothing to another",
    means=(
        "Alone the operation changes images, but in views that have another one, too, leaving it "
        "out changes nothing: the same operation twice, a second compression behind a stronger one."
    ),
    measured=(
        "Views that have both operations are made again with the same draws and without one of "
        "them. How far a view lies from its original then moves by less than 0.02 of two unrelated "
        "images in the score reading, and by less than the noise floor in pixel RMS, on average of "
        "the absolute changes (one-sided studentised bounds over images, held to 0.8 of the "
        "margins; Holm over pairs). Both measures are distances from the original, so two "
        "operations that move images equally far in different directions are not told apart."
    ),
    remedy="Keep one of the two, or make them differ.",
)


def look(evidence: Evidence) -> Outcome:
    missing = "no two operations were left out of 50 images or more"
    return settle(PAGE, _pairs(evidence), evidence.alpha, missing)


def _pairs(evidence: Evidence) -> list[Tested]:
    """Each operation with others until one makes it needless, in the policy's order.

    It goes from the last operation back, and views with one that adds nothing say nothing of the
    others any more: of two equal ones the first stays. Those of its own kind are asked first, then
    those that it shares most views with.
    """
    alive = [alone for alone in alone_in(evidence) if not seems_dead(evidence, alone)]
    spared = np.ones(evidence.columns.views.rms.shape, dtype=bool)
    tested: list[Tested] = []
    for extra in reversed(alive):
        for other in _others(evidence, extra, alive):
            one = _one(evidence, other, extra, spared)
            if one is None:
                continue
            tested.append(one)
            if one.finding is not None:
                spared &= evidence.columns.applied[:, :, extra.place] != 1
                break
    return tested[::-1]


def _others(evidence: Evidence, extra: Alone, alive: Sequence[Alone]) -> list[Alone]:
    applied = evidence.columns.applied == 1
    own = applied[:, :, extra.place]

    def rank(other: Alone) -> tuple[bool, int]:
        shared = int((own & applied[:, :, other.place]).sum())
        return other.part.op != extra.part.op, -shared

    return sorted(
        (o for o in alive if o.place != extra.place and o.part.view == extra.part.view), key=rank
    )


def _one(evidence: Evidence, other: Alone, extra: Alone, spared: Bools) -> Tested | None:
    changes = _changes(evidence, other, extra, spared)
    if changes is None:
        return None
    strength, rms = changes
    name = f"{extra.part.path} with {other.part.path}"
    margin, floor = CAUTION * MARGIN, CAUTION * evidence.scale.floor_rms
    if np.nanmean(strength) >= margin or np.nanmean(rms) >= floor:
        return Tested(name)
    small = mean_below(strength, margin, seed=evidence.seed, resamples=_RESAMPLES)
    still = mean_below(rms, floor, seed=evidence.seed, resamples=_RESAMPLES)
    if small is None or still is None:
        return Tested(name)
    statement = (
        f"{extra.part.path} adds nothing where {other.part.path} is applied: without it strength "
        f"moves by {number(abs(small.mean))} of unrelated images and pixel RMS by "
        f"{number(abs(still.mean))}"
    )
    finding = told(
        PAGE,
        extra.part,
        statement,
        "change without it, in relative strength",
        estimate=mean_estimate(strength, seed=evidence.seed),
        threshold=margin,
    )
    return Tested(name, max(small.p, still.p), finding)


def _changes(
    evidence: Evidence, other: Alone, extra: Alone, spared: Bools
) -> tuple[Floats, Floats] | None:
    """(N, K) how far leaving `extra` out moves views that have both: relative strength, and RMS."""
    columns, scale = evidence.columns, evidence.scale
    assert scale.unrelated_strength is not None
    both = spared & (columns.applied[:, :, other.place] == 1)
    both &= columns.applied[:, :, extra.place] == 1
    strength = np.abs(columns.views.strength - columns.without.strength[:, :, extra.place])
    rms = np.abs(columns.views.rms - columns.without.rms[:, :, extra.place])
    strength = np.where(both, strength / scale.unrelated_strength, np.nan)
    rms = np.where(both, rms, np.nan)
    if (~np.isnan(rms)).any(axis=1).sum() < FEWEST_IMAGES:
        return None
    return strength, rms
