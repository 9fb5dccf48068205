"""The verdict of an audit in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from augscore.auditing.audit import Audit
from augscore.auditing.report.page.numbers import counted

_NAMED = 3
STOPPED = {
    "budget": "its time was up",
    "signal": "it was interrupted",
    "error": "an error ended it",
}


def headline(audit: Audit) -> str:
    """Why the status is what it is."""
    if not audit.complete:
        why = STOPPED.get(audit.stopped_by or "", audit.stopped_by or "it was stopped")
        return (
            f"Not complete: {why} after {audit.data.measured:,} of {audit.design.images:,} images. "
            "No verdict but on what is certain."
        )
    if audit.status == "error":
        return "The audit could not be carried out; the findings say what is known."
    failed = [gate.key for gate in audit.gates if gate.verdict == "fail"]
    if failed:
        return f"{counted(len(failed), 'gate fails', 'gates fail')}: {_names(failed)}."
    found = [f.code for f in audit.findings if f.level == "fail"]
    if audit.status == "fail":
        return f"{counted(len(found), 'finding fails', 'findings fail')}: {_names(found)}."
    open_gates = [gate.key for gate in audit.gates if gate.verdict == "inconclusive"]
    if audit.status == "inconclusive":
        return (
            f"The intervals do not settle it: {_names(open_gates)}."
            if open_gates
            else ("The measurements do not settle it.")
        )
    return _passed(audit)


def _passed(audit: Audit) -> str:
    warned = sum(f.level == "warn" for f in audit.findings)
    if warned:
        return f"Nothing fails; {counted(warned, 'warning', 'warnings')} below."
    return "Nothing fails, and there are no warnings."


def _names(names: Sequence[str]) -> str:
    once = list(dict.fromkeys(names))
    more = len(once) - _NAMED
    return ", ".join(once[:_NAMED]) + (f" and {more} more" if more > 0 else "")
