"""A table of measurements → what is wrong, what is worth knowing, and what was not looked at."""

from __future__ import annotations

from augscore.auditing.finding import Check, Finding
from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence, gather
from augscore.auditing.findings.record import Kind, Outcome
from augscore.auditing.findings.settle import not_measured
from augscore.auditing.table import Table

ALPHA = 0.05


def judge(
    table: Table, *, seed: int = 0, alpha: float = ALPHA
) -> tuple[tuple[Finding, ...], tuple[Check, ...]]:
    """Findings in the order of the catalogue (facts, shape, size, opinions) and, within a kind, of
    the parts; and one check a kind, which tells what was not found or could not be looked for.

    A pure function: it may be run again on a stored table. `alpha` is the rate of false alarms of
    one kind over all parts. Under 50 images only facts are judged.
    """
    evidence = gather(table, seed=seed, alpha=alpha)
    outcomes = [_look(kind, evidence) for kind in CATALOGUE]
    findings = tuple(finding for outcome in outcomes for finding in outcome.findings)
    return findings, tuple(outcome.check for outcome in outcomes)


def _look(kind: Kind, evidence: Evidence) -> Outcome:
    images = evidence.columns.images
    if kind.page.group != "exact" and images < FEWEST_IMAGES:
        return not_measured(kind.page, f"it takes {FEWEST_IMAGES} images, and there are {images}")
    return kind.look(evidence)
