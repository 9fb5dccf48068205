"""What tests of findings ask for: what is found of one kind, its check, and all codes."""

from __future__ import annotations

from augscore.auditing.finding import Check, Finding
from augscore.auditing.findings.catalogue import CATALOGUE
from augscore.auditing.findings.evidence import gather
from augscore.auditing.findings.judge import judge
from augscore.auditing.findings.record import Outcome
from augscore.auditing.table import Table


def found(table: Table, code: str) -> tuple[Finding, ...]:
    return _outcome(table, code).findings


def check(table: Table, code: str) -> Check:
    return _outcome(table, code).check


def codes(table: Table) -> set[str]:
    return {finding.code for finding in judge(table)[0]}


def _outcome(table: Table, code: str) -> Outcome:
    kind = next(kind for kind in CATALOGUE if kind.page.code == code)
    return kind.look(gather(table, seed=0, alpha=0.05))
