"""Section: what was allowed, and what came of it."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Gate
from augscore.auditing.report.page.markup import NOTHING, chip, section, table
from augscore.auditing.report.page.numbers import ABSENT, between, measured

HEADS = ("Gate", "Verdict", "Allowed", "Measured", "95 % interval", "Why")


def gates(audit: Audit) -> Markup:
    if not audit.gates:
        return NOTHING
    return section(
        "gates", "Gates", table("Gates and their verdicts", HEADS, map(_row, audit.gates))
    )


def _row(gate: Gate) -> tuple[object, ...]:
    found = ABSENT
    if gate.low is not None and gate.high is not None:
        found = between(gate.low, gate.high)
    return (
        gate.key,
        chip(gate.verdict, gate.verdict),
        gate.allowed,
        measured(gate.value),
        found,
        gate.why,
    )
