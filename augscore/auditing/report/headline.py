"""The verdict in one line, the same in every form of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from augscore.auditing.report.figures import gate_value

if TYPE_CHECKING:
    from augscore.auditing.audit import Audit, DataResult, Gate

WORDS = {"pass": "PASS", "fail": "FAIL", "inconclusive": "INCONCLUSIVE", "error": "ERROR"}
_TOLD = 3
_LEVELS = {"findings.fail": "fail", "findings.warn": "warn"}


def word(audit: Audit) -> str:
    """PASS, FAIL, INCONCLUSIVE or ERROR."""
    return WORDS[audit.status]


def reason(audit: Audit) -> str:
    """Why; names of the user's are in it as they are, to be escaped by whoever prints it."""
    if audit.status == "error":
        return f"nothing was measured: {_why_nothing(audit.data)}"
    if not audit.complete:
        return f"stopped by {audit.stopped_by}: not complete{_consequence(audit)}"
    if audit.status == "pass":
        return _passed(audit)
    telling = [gate for gate in audit.gates if _tells(gate, audit)]
    told = "; ".join(sentence(gate) for gate in telling[:_TOLD])
    more = f"; and {len(telling) - _TOLD} more" if len(telling) > _TOLD else ""
    return f"{told}{more}{_consequence(audit)}"


def _why_nothing(data: DataResult) -> str:
    if data.skipped_files:
        first = data.skipped_files[0]
        told = ", ".join(part for part in (first["reason"], first["detail"]) if part)
        return f"{data.skipped:,} of {data.found:,} skipped, first {first['path']}: {told}"
    others = f"only others: {data.ignored:,}" if data.ignored else "it is empty"
    return f"no image files in the folder, {others}"


def brief(audit: Audit) -> str:
    """The reason where one gate tells it, else how many do; for where gates are told below."""
    telling = [gate for gate in audit.gates if _tells(gate, audit)]
    if not audit.complete or audit.status in ("pass", "error") or len(telling) < 2:
        return reason(audit)
    what = "fail" if audit.status == "fail" else "are not settled"
    return f"{len(telling)} of {len(audit.gates)} gates {what}{_consequence(audit)}"


def sentence(gate: Gate) -> str:
    """`policy.strength 0.83 (0.80 ... 0.86), allowed 0.2 to 0.6`, and why where that is told."""
    why = f": {gate.why}" if gate.why else ""
    return f"{_counted(gate)}, allowed {gate.allowed}{why}"


def _counted(gate: Gate) -> str:
    if gate.key not in _LEVELS:
        return f"{gate.key} {gate_value(gate)}"
    number = gate_value(gate) if gate.value else "no"
    return f"{number} finding{'s' if (gate.value or 0) > 1 else ''} of level {_LEVELS[gate.key]}"


def _tells(gate: Gate, audit: Audit) -> bool:
    if audit.status == "fail":
        return gate.fails and gate.verdict != "inconclusive"
    return gate.hangs


def _passed(audit: Audit) -> str:
    warned = [gate for gate in audit.gates if gate.verdict != "pass"]
    number = len(audit.gates)
    if not number:
        return "there are no gates"
    held = f"all {number} gates hold" if number > 1 else sentence(audit.gates[0])
    if not warned:
        return held
    return f"{number - len(warned)} of {number} gates hold, not {warned[0].key}"


def _consequence(audit: Audit) -> str:
    strict = audit.status == "inconclusive" and any(gate.fails for gate in audit.gates)
    return " (fails, as fail_on has it)" if strict else ""
