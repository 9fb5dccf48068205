"""Section: what was allowed, and what came of it."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Gate
from augscore.auditing.report.page.markup import NOTHING, chip, section, table
from augscore.auditing.report.page.numbers import of_gate

HEADS = ("Gate", "Verdict", "Allowed", "Measured, 95 % interval", "Why")


def gates(audit: Audit) -> Markup:
    if not audit.gates:
        return NOTHING
    return section(
        "gates", "Gates", table("Gates and their verdicts", HEADS, map(_row, audit.gates))
    )


def _row(gate: Gate) -> tuple[object, ...]:
    """A verdict that lets the audit fail is filled, whatever its word."""
    kind = "fail" if gate.fails else gate.verdict if gate.verdict != "fail" else "warn"
    return gate.key, chip(kind, gate.verdict), gate.allowed, of_gate(gate), gate.why
