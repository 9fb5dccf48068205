"""Annotations: read back as GitHub's runner reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.auditing.audit import Audit
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates, Ignore, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.verdict import judged
from augscore.auditing.report.annotations import MOST, to_annotations
from augscore.outputs import printable
from tests.auditing.audits import HOSTILE, audit, finding, hostile_audit, op


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    message: str


def parsed(line: str) -> Command:
    """As `actions/runner` does: the command up to the first space, its properties between commas,
    the message after the second pair of colons."""
    assert "\n" not in line
    assert "\r" not in line
    found = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert found is not None
    pairs = (part.partition("=") for part in found[2].split(","))
    return Command(found[1], {k: unescaped(v) for k, _, v in pairs}, unescaped(found[3]))


def unescaped(text: str) -> str:
    for code, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def told(made: Audit, file: str | None = "policies/train.yaml") -> list[Command]:
    return [parsed(line) for line in to_annotations(made, file)]


def test_the_line_of_the_policy_is_marked() -> None:
    made = audit(
        [op("A", line=4), op("R > Solarize", 0.9, line=12)],
        [
            finding("SATURATED", "warn", "A"),
            finding("REVERSED", "fail", "R > Solarize", line=13, statement="it weakens"),
            finding("WEAK", "info", "A"),
        ],
    )
    rules = (*DEFAULT_GATES.rules, Rule(Key("ops", "strength", "Solarize"), 0, 0.5))
    file = {"file": "policies/train.yaml"}
    assert told(judged(made, Gates(rules))) == [
        Command(
            "error",
            file | {"line": "13", "title": "REVERSED R > Solarize"},
            "it weakens\nRaise the magnitude",
        ),
        Command(
            "error",
            file | {"line": "12", "title": "ops.R > Solarize.strength fail"},
            "ops.R > Solarize.strength 0.900 (0.880 ... 0.920), allowed 0 to 0.5",
        ),
        Command(
            "warning",
            file | {"line": "4", "title": "SATURATED A"},
            "SATURATED of A\nRaise the magnitude",
        ),
    ]


def test_a_policy_without_a_file_has_no_line() -> None:
    (only,) = told(judged(audit(findings=[finding(line=3)])), None)
    assert only.properties == {"title": "DEAD A"}


def test_a_clean_audit_says_nothing() -> None:
    assert to_annotations(judged(audit()), "p.yaml") == []


def test_an_inconclusive_gate_warns() -> None:
    (only,) = told(judged(audit(), Gates((Rule(Key("policy", "strength"), 0, 0.5),))))
    assert (only.name, only.properties["title"]) == ("warning", "policy.strength inconclusive")


def test_the_worst_nine_and_one_for_the_rest() -> None:
    many = [finding("SATURATED", "warn", f"W{n}") for n in range(5)]
    many += [finding(part=f"A{n}") for n in range(20)]
    lines = told(judged(audit(findings=many)))
    assert len(lines) == MOST
    assert {line.name for line in lines} == {"error"}
    assert [line.properties["title"] for line in lines[:9]] == [f"DEAD A{n}" for n in range(9)]
    assert lines[9].properties["title"] == "augscore audit: FAIL"
    assert lines[9].message.startswith("and 16 more, see the summary")
    assert len(told(judged(audit(findings=many[:14])))) == 10
    for few in (9, 10):
        titles = [
            line.properties["title"] for line in told(judged(audit(findings=many[5 : 5 + few])))
        ]
        assert titles == [f"DEAD A{n}" for n in range(few)]
    assert told(judged(audit(findings=many[5:16])))[9].message.startswith("and 2 more")


def test_what_is_ignored_is_left_to_the_report() -> None:
    gates = replace(DEFAULT_GATES, ignores=(Ignore("SATURATED", ("A",), "meant"),))
    made = audit(findings=[finding("SATURATED", "warn", part) for part in ("A", "B")])
    (only,) = told(judged(made, gates))
    assert only.properties["title"] == "SATURATED B"


def test_hostile_names_are_told_and_obeyed_by_nobody() -> None:
    lines = told(judged(hostile_audit()), "a,b:c%.yaml")
    assert all(line.properties["file"] == "a,b:c%.yaml" for line in lines)
    titles = [line.properties["title"] for line in lines]
    assert titles == [f"DEAD RandAugment > {printable(name)}" for name in HOSTILE]


@settings(deadline=None)
@given(st.text())
def test_any_name_comes_back(name: str) -> None:
    (line,) = told(judged(audit([op(name)], [finding(part="x" + name, advice="")])), name)
    assert line.properties["title"] == f"DEAD x{printable(name)}"
    assert line.properties["file"] == printable(name)
    assert line.message == "\n".join(map(printable, f"DEAD of x{name}".split("\n")))
