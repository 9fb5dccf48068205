"""P_MISMATCH: an operation is applied more or less often than the policy says."""

from __future__ import annotations

import numpy as np

from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.p_zero import never_applied
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import Tested, settle, told
from augscore.auditing.findings.words import counted, percent, ranged_share
from augscore.auditing.statistics.binomial import binomial_p
from augscore.auditing.statistics.share import share_estimate

LEAST_GAP = 0.02
_ALPHA_SHARE = 0.2

PAGE = Page(
    code="P_MISMATCH",
    group="exact",
    level="warn",
    title="an operation is applied more or less often than declared",
    means=(
        "The share of views that have the operation is not the probability that the policy "
        "declares: gates inside gates, a container that chooses, or code that ignores p."
    ),
    measured=(
        "The recorded applications are counted, whether or not they change a pixel, and held "
        "against the declared probability by the exact binomial test at 1 % over all operations "
        "(Holm), and a gap of more than 2 points."
    ),
    remedy="Look at what the operation stands in: probabilities multiply.",
)


def look(evidence: Evidence) -> Outcome:
    skipped = never_applied(evidence)
    tested = [
        one
        for place in range(len(evidence.parts))
        if place not in skipped and (one := _one(evidence, place)) is not None
    ]
    missing = "nothing was declared, or no views were drawn"
    return settle(PAGE, tested, _ALPHA_SHARE * evidence.alpha, missing)


def _one(evidence: Evidence, place: int) -> Tested | None:
    part = evidence.parts[place]
    applied = evidence.columns.applied[:, :, place]
    total, hits = int((~np.isnan(applied)).sum()), int(np.nansum(applied))
    estimate = share_estimate(hits, total)
    if part.chance is None or estimate is None:
        return None
    p = binomial_p(hits, total, part.chance)
    if abs(estimate.value - part.chance) <= LEAST_GAP or p > _ALPHA_SHARE * evidence.alpha:
        return Tested(part.path, p)
    statement = (
        f"{part.path} is applied in {ranged_share(estimate)} of {counted(total, 'view')}; "
        f"{percent(part.chance)} was declared"
    )
    finding = told(
        PAGE, part, statement, "share of views", estimate=estimate, threshold=part.chance
    )
    return Tested(part.path, p, finding)
