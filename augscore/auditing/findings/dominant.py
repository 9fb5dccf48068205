"""DOMINANT: one operation makes most of the policy's strength."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import percent
from augscore.auditing.statistics.one_sided import ratio_above
from augscore.auditing.statistics.ratio import ratio_estimate
from augscore.auditing.statistics.resampling import Clusters

MOST_SHARE = 0.6
SURE_OF = 0.5

PAGE = Page(
    code="DOMINANT",
    group="opinion",
    level="info",
    title="one operation makes most of the strength",
    means=(
        "Without this one operation most of the policy's strength is gone, so the others matter "
        "little beside it. That can be meant, as with random crops."
    ),
    measured=(
        "Views are made again with the same draws and without the operation. More than 0.6 of the "
        "mean strength goes with it, and surely more than 0.5 (bootstrap over images, Holm over "
        "operations). The order of operations matters: what is left out is missed in its place, "
        "and shares of several operations do not add up to one, since each hides some of what the "
        "others do. Views of one operation alone are not judged."
    ),
    remedy="Lower its probability or range if the other operations are meant to count.",
)


def look(evidence: Evidence) -> Outcome:
    drawn = [
        place for place in evidence.lively if np.any(evidence.columns.applied[..., place] == 1)
    ]
    views = [evidence.parts[place].view for place in drawn]
    tested = [
        one
        for place in drawn
        if views.count(evidence.parts[place].view) > 1
        and (one := _one(evidence, place)) is not None
    ]
    return settle(
        PAGE, tested, evidence.alpha, "no operation was left out of views of 50 images or more"
    )


def _one(evidence: Evidence, place: int) -> Tested | None:
    columns, part = evidence.columns, evidence.parts[place]
    without = columns.without.strength[:, :, place]
    applied, strength = columns.applied[:, :, place], columns.views.strength
    probed = np.any(~np.isnan(columns.without.strength), axis=(1, 2), keepdims=True)[:, :, 0]
    known = ~np.isnan(applied) & ~np.isnan(strength) & ((applied == 0) | ~np.isnan(without))
    known &= probed
    wholes = np.where(known, strength, 0.0).sum(axis=1)
    parts = np.where(known & (applied == 1), strength - without, 0.0).sum(axis=1)
    kept = wholes > 0
    if kept.sum() < FEWEST_IMAGES:
        return None
    share = ratio_estimate(parts, wholes, seed=evidence.seed)
    if share is None or share.value <= MOST_SHARE:
        return Tested(part.path)
    sure = ratio_above(
        Clusters(parts[kept][:, None], wholes[kept][:, None]), SURE_OF, seed=evidence.seed
    )
    statement = f"{percent(share.value)} of the policy's strength is gone without {part.path}"
    finding = told(PAGE, part, statement, "share of strength", estimate=share, threshold=MOST_SHARE)
    return Tested(part.path, sure.p, finding)
