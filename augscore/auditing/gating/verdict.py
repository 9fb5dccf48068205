"""The one verdict of an audit. Every output and the exit code are read off what stands here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from augscore.auditing.audit import Audit, Gate, Status
from augscore.auditing.finding import Finding
from augscore.auditing.gating.apply import apply_gates
from augscore.auditing.gating.counting import counted
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates
from augscore.auditing.gating.ignoring import ignoring
from augscore.auditing.gating.keys import Key


def judged(audit: Audit, gates: Gates = DEFAULT_GATES) -> Audit:
    """The audit with its gates, its status, and the findings that do not count marked.

    Raises GatesError (`gates_unknown_op`) for a gate on an operation that the policy has not.
    """
    findings, stale = ignoring(audit.findings, gates, audit.ops)
    marked = replace(audit, findings=findings, warnings=(*audit.warnings, *stale))
    lines = apply_gates(marked, gates)
    return replace(marked, gates=lines, status=status_of(marked, lines))


def status_of(audit: Audit, gates: Sequence[Gate]) -> Status:
    """`fail` if a gate is broken and fails the audit, else `inconclusive` if one that could fail it
    hangs in the balance or the audit is not complete, else `pass`; `error` if nothing was
    measured."""
    if not audit.complete:
        return "inconclusive"
    if not audit.data.measured:
        return "error"
    if any(gate.fails and gate.verdict != "inconclusive" for gate in gates):
        return "fail"
    return "inconclusive" if any(gate.hangs for gate in gates) else "pass"


def exit_code(audit: Audit) -> int:
    """0, 1 if a gate fails the audit (be it inconclusive, where `fail_on` says so), 3 if nothing
    was measured."""
    if audit.status == "error":
        return 3
    return 1 if any(gate.fails for gate in audit.gates) else 0


def failing(audit: Audit) -> tuple[Finding, ...]:
    """The findings that break a gate by which the audit fails."""
    broken = [gate.key for gate in audit.gates if gate.fails and gate.verdict != "inconclusive"]
    keys = [Key("findings", key.partition(".")[2]) for key in broken if _is_count(key)]
    found = {id(f): f for key in keys for f in counted(key, audit.findings)}
    return tuple(f for f in audit.findings if id(f) in found)


def _is_count(key: str) -> bool:
    return key.startswith("findings.")
