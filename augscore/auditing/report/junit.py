"""The report as JUnit XML: every gate, finding and clear check is a case of the suite "audit"."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from augscore.auditing.audit import Audit, Gate
from augscore.auditing.finding import Check, Finding
from augscore.auditing.gating.verdict import failing
from augscore.auditing.report.headline import reason, sentence
from augscore.outputs import printable

_POLICY = "policy"


def to_junit(audit: Audit) -> str:
    """A case's class is the path of its operation, or "policy", its name the gate's or finding's.

    What breaks a gate that fails the audit is a failure; a gate whose number was not measured an
    error; what is not settled, or ignored, is skipped, a failure where `fail_on` has it so. All
    else passes. Properties hold what another run needs. No time is told.
    """
    suite = ET.Element("testsuite", name="audit")
    _properties(suite, audit)
    cases = [*_gates(audit), *_findings(audit), *_checks(audit)]
    suite.extend(cases)
    counts = {"tests": len(cases)}
    for kind in ("failure", "error", "skipped"):
        found = sum(case.find(kind) is not None for case in cases)
        counts[kind if kind == "skipped" else f"{kind}s"] = found
    root = ET.Element("testsuites", name="augscore")
    for name, number in counts.items():
        suite.set(name, str(number))
        root.set(name, str(number))
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _properties(suite: ET.Element, audit: Audit) -> None:
    facts = {
        "status": audit.status,
        "reason": reason(audit),
        "complete": str(audit.complete).lower(),
        "seed": str(audit.design.seed),
        "policy": audit.policy.name,
        "policy.sha256": audit.policy.sha256,
        "data.fingerprint": audit.data.fingerprint,
        "model": audit.design.model,
        "model.sha256": audit.design.model_sha256,
        "reading": audit.design.reading,
        "version": audit.tool.get("version") or "",
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in facts.items():
        ET.SubElement(properties, "property", name=name, value=_xml(value))


def _gates(audit: Audit) -> Iterator[ET.Element]:
    for gate in audit.gates:
        case = _case(_class_of(gate.key), gate.key)
        kind = _kind_of(gate)
        if kind:
            _say(case, kind, sentence(gate))
        elif gate.verdict == "warn":
            ET.SubElement(case, "system-out").text = _xml(f"warning: {sentence(gate)}")
        yield case


def _class_of(key: str) -> str:
    return key.removeprefix("ops.").rpartition(".")[0] if key.startswith("ops.") else _POLICY


def _kind_of(gate: Gate) -> str:
    if gate.fails:
        return "failure"
    if gate.verdict != "inconclusive":
        return ""
    return "error" if gate.value is None else "skipped"


def _findings(audit: Audit) -> Iterator[ET.Element]:
    failed = {id(finding) for finding in failing(audit)}
    for finding in audit.findings:
        case = _case(finding.part or _POLICY, finding.code)
        told = _told(finding)
        if finding.ignored:
            _say(case, "skipped", f"ignored, {finding.ignored}: {told}")
        elif id(finding) in failed:
            _say(case, "failure", told)
        else:
            ET.SubElement(case, "system-out").text = _xml(f"{finding.level}: {told}")
        yield case


def _told(finding: Finding) -> str:
    line = f"line {finding.line}: " if finding.line else ""
    advice = f". {finding.advice}" if finding.advice else ""
    return f"{line}{finding.statement}{advice}"


def _checks(audit: Audit) -> Iterator[ET.Element]:
    for check in audit.checks:
        if check.state != "found":
            yield _check(check)


def _check(check: Check) -> ET.Element:
    case = _case(_POLICY, check.code)
    if check.state != "clear":
        why = f": {check.why}" if check.why else ""
        _say(case, "skipped", f"{check.state.replace('_', ' ')}{why}")
    return case


def _case(owner: str, name: str) -> ET.Element:
    return ET.Element("testcase", classname=_xml(owner), name=_xml(name))


def _say(case: ET.Element, kind: str, message: str) -> None:
    ET.SubElement(case, kind, message=_xml(message))


def _xml(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return printable(text).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
