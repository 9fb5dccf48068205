"""P_ZERO: an operation that no view ever has."""

from __future__ import annotations

import numpy as np

from augscore.auditing.finding import Finding
from augscore.auditing.findings.evidence import Evidence
from augscore.auditing.findings.record import Outcome, Page
from augscore.auditing.findings.settle import fact, not_measured, told
from augscore.auditing.findings.words import counted, percent
from augscore.auditing.statistics.binomial import binomial_p
from augscore.auditing.statistics.share import share_estimate

MOST_SHARE = 0.01
_UNLIKELY = 1e-4

PAGE = Page(
    code="P_ZERO",
    group="exact",
    level="fail",
    title="an operation is never applied",
    means=(
        "The operation stands in the policy and no view has it, because its probability is 0, or "
        "that of what it stands in, or because the pipeline never comes to it."
    ),
    measured=(
        "A declared probability of 0 is a fact. Otherwise the views that could have it are "
        "counted: none has it, the Wilson interval of their share ends below 1 %, which takes 381 "
        "views, and the declared probability would give none in less than 1 of 10,000 audits. "
        "Where nothing is declared, nothing is said."
    ),
    remedy="Give it a probability above 0, or remove it.",
)


def look(evidence: Evidence) -> Outcome:
    if not any(part.chance is not None for part in evidence.parts):
        return not_measured(PAGE, "the policy declares no probabilities")
    findings = [_one(evidence, place) for place in evidence.lively]
    return fact(PAGE, [finding for finding in findings if finding is not None])


def never_applied(evidence: Evidence) -> frozenset[int]:
    """The places of parts that this finding is about."""
    return frozenset(place for place in evidence.lively if _one(evidence, place) is not None)


def _one(evidence: Evidence, place: int) -> Finding | None:
    part = evidence.parts[place]
    if part.chance is None:
        return None
    applied = evidence.columns.applied[:, :, place]
    total, hits = int((~np.isnan(applied)).sum()), int(np.nansum(applied))
    estimate = share_estimate(hits, total)
    if part.chance == 0:
        statement = f"{part.path} is never applied: its probability is 0"
        return told(PAGE, part, statement, "share of views", estimate=estimate, threshold=0.0)
    if hits or estimate is None or estimate.high is None:
        return None
    if estimate.high >= MOST_SHARE or binomial_p(0, total, part.chance) >= _UNLIKELY:
        return None
    statement = (
        f"{part.path} is in none of {counted(total, 'view')}; {percent(part.chance)} was declared"
    )
    return told(PAGE, part, statement, "share of views", estimate=estimate, threshold=MOST_SHARE)
