"""The worst of an audit as annotations of GitHub's: lines that a job prints for its runner.

Ten of a kind are shown for a step: of more, nine are told and one says where the rest is.
https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from augscore.auditing.audit import Audit, Gate
from augscore.auditing.finding import Finding
from augscore.auditing.gating.verdict import failing
from augscore.auditing.report.figures import COUNTS
from augscore.auditing.report.headline import reason, sentence, word
from augscore.outputs import printable

MOST = 10

Severity = Literal["error", "warning", "notice"]


@dataclass(frozen=True)
class _Note:
    severity: Severity
    title: str
    message: str
    line: int | None


def to_annotations(audit: Audit, policy_file: str | None) -> list[str]:
    """`::error file=policy.yaml,line=12,title=REVERSED solarize::…`, at most ten, the worst first.

    `policy_file`: as the repository has it, None for a policy that is no file. What fails the audit
    is an error, what warns a warning; information and ignored findings are left to the report.
    """
    notes = sorted(_notes(audit), key=lambda note: note.severity != "error")
    if len(notes) > MOST:
        notes = [*notes[: MOST - 1], _rest(notes[MOST - 1 :], audit)]
    return [_line(note, policy_file) for note in notes]


def _rest(notes: Sequence[_Note], audit: Audit) -> _Note:
    message = f"and {len(notes)} more, see the summary: {reason(audit)}"
    return _Note(notes[0].severity, f"augscore audit: {word(audit)}", message, None)


def _notes(audit: Audit) -> list[_Note]:
    failed = {id(finding) for finding in failing(audit)}
    lines = {op.path: op.line for op in audit.ops}
    gates = [_of_gate(gate, lines) for gate in audit.gates if _tells(gate)]
    findings = [
        _of_finding(finding, "error" if id(finding) in failed else "warning", lines)
        for finding in audit.findings
        if id(finding) in failed or (finding.level != "info" and not finding.ignored)
    ]
    return [*findings, *gates]


def _tells(gate: Gate) -> bool:
    """A count of findings that is too high is told by the findings."""
    counted = gate.key.startswith(COUNTS) and gate.verdict in ("fail", "warn") and gate.value
    return gate.verdict != "pass" and not counted


def _of_gate(gate: Gate, lines: dict[str, int | None]) -> _Note:
    op = gate.key.removeprefix("ops.").rpartition(".")[0]
    severity: Severity = "error" if gate.fails else "warning"
    return _Note(severity, f"{gate.key} {gate.verdict}", sentence(gate), lines.get(op))


def _of_finding(finding: Finding, severity: Severity, lines: dict[str, int | None]) -> _Note:
    line = finding.line or lines.get(finding.part or "")
    title = f"{finding.code} {finding.part}" if finding.part else finding.code
    advice = f"\n{finding.advice}" if finding.advice else ""
    return _Note(severity, title, f"{finding.statement}{advice}", line)


def _line(note: _Note, file: str | None) -> str:
    properties = [] if file is None else [("file", file)]
    if file is not None and note.line is not None:
        properties.append(("line", str(note.line)))
    properties.append(("title", note.title))
    told = ",".join(f"{name}={_property(value)}" for name, value in properties)
    return f"::{note.severity} {told}::{_data(note.message)}"


def _data(text: str) -> str:
    return _encoded("\n".join(printable(line) for line in text.split("\n")))


def _property(text: str) -> str:
    return _encoded(printable(text)).replace(":", "%3A").replace(",", "%2C")


def _encoded(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
