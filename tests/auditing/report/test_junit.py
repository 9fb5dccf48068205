"""JUnit XML that any reader takes, whatever the names are."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.auditing.audit import Audit
from augscore.auditing.finding import Check
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates, Ignore, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.verdict import judged
from augscore.auditing.report.junit import to_junit
from augscore.outputs import printable
from tests.auditing.audits import HOSTILE, SHA, audit, finding, hostile_audit, op

STRENGTH = Key("policy", "strength")


def suite(made: Audit) -> ET.Element:
    root = ET.fromstring(to_junit(made).encode())
    found = root.find("testsuite")
    assert root.tag == "testsuites"
    assert found is not None
    for name in ("tests", "failures", "errors", "skipped"):
        assert root.get(name) == found.get(name)
    return found


def cases(made: Audit) -> list[tuple[str | None, str | None, str]]:
    """Class, name and what became of each."""
    found = suite(made).findall("testcase")
    return [(c.get("classname"), c.get("name"), " ".join(e.tag for e in c)) for c in found]


def test_every_kind_of_case() -> None:
    made = audit(
        [op("A"), op("B", None), op("R > C", 0.9), op("D")],
        [
            finding(part="A", line=3),
            finding("SATURATED", "warn", "R > C"),
            finding("REVERSED", "fail", "D"),
        ],
        [Check("DEAD", "found"), Check("WEAK", "clear"), Check("REPEATED_DRAWS", "not_measured")],
    )
    rules = (
        Rule(Key("ops", "strength", "B"), 0, 1),
        Rule(Key("ops", "strength", "C"), 0, 0.5),
        Rule(Key("ops", "strength", "D"), 0.4, 1),
        Rule(Key("ops", "strength", "A"), 0.5, 1, "warn"),
    )
    ignores = (Ignore("REVERSED", (), "meant"),)
    told = cases(judged(made, Gates((*DEFAULT_GATES.rules, *rules), ignores)))
    assert told == [
        ("policy", "findings.fail", "failure"),
        ("B", "ops.B.strength", "error"),
        ("R > C", "ops.R > C.strength", "failure"),
        ("D", "ops.D.strength", "skipped"),
        ("A", "ops.A.strength", "system-out"),
        ("A", "DEAD", "failure"),
        ("R > C", "SATURATED", "system-out"),
        ("D", "REVERSED", "skipped"),
        ("policy", "WEAK", ""),
        ("policy", "REPEATED_DRAWS", "skipped"),
    ]
    found = suite(judged(made, Gates((*DEFAULT_GATES.rules, *rules), ignores)))
    counts = [found.get(name) for name in ("tests", "failures", "errors", "skipped")]
    assert counts == ["10", "3", "1", "3"]


def test_inconclusive_is_a_failure_where_it_fails() -> None:
    rule = Rule(STRENGTH, 0, 0.5)
    lenient, strict = Gates((rule,)), Gates((rule,), fail_on=frozenset({"fail", "inconclusive"}))
    assert cases(judged(audit(), lenient))[0][2] == "skipped"
    assert cases(judged(audit(), strict))[0][2] == "failure"


def test_messages_and_properties() -> None:
    made = judged(audit(findings=[finding(line=12)]))
    found = suite(made)
    properties = {p.get("name"): p.get("value") for p in found.iter("property")}
    assert properties["seed"] == "0"
    assert properties["policy.sha256"] == properties["model.sha256"] == SHA
    assert properties["status"] == "fail"
    assert properties["data.fingerprint"] == "ab" * 32
    messages = [e.get("message") for e in found.iter("failure")]
    assert messages == [
        "1 finding of level fail, allowed at most 0: DEAD A",
        "line 12: DEAD of A. Raise the magnitude",
    ]


def test_an_incomplete_audit_passes_no_gate() -> None:
    made = judged(replace(audit(findings=[finding()]), complete=False, stopped_by="SIGTERM"))
    assert cases(made)[0][2] == "skipped"
    assert suite(made).get("failures") == "0"


def test_hostile_names_are_text() -> None:
    told = cases(judged(hostile_audit()))
    classes = {owner for owner, _, _ in told}
    assert {f"RandAugment > {printable(n)}".replace("\ufffe", "\\ufffe") for n in HOSTILE} < classes


@settings(deadline=None)
@given(st.text())
def test_any_name_is_well_formed(name: str) -> None:
    made = judged(audit([op("A" + name)], [finding(part="A" + name, statement=name, advice=name)]))
    shown = printable("A" + name).replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")
    assert (shown, "DEAD", "failure") in cases(made)
