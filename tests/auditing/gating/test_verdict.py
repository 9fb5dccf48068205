"""One verdict for every way that gates, intervals and findings can stand to each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from augscore.auditing.audit import Audit, Gate
from augscore.auditing.finding import Check
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates, Ignore, Rule
from augscore.auditing.gating.keys import OPS, POLICY, Key
from augscore.auditing.gating.numbers import numbers_of_op, numbers_of_policy
from augscore.auditing.gating.verdict import exit_code, failing, judged
from augscore.errors import GatesError
from tests.auditing.audits import audit, data, estimate, finding, op, policy

STRENGTH = Key("policy", "strength")
DEAD = Key("findings", "DEAD")


def gates(*rules: Rule, **changes: Any) -> Gates:
    return Gates(rules, **changes)


def only(made: Audit, rule: Rule, **changes: Any) -> tuple[Audit, Gate]:
    found = judged(made, gates(rule, **changes))
    (gate,) = found.gates
    return found, gate


def of_strength(value: float, reach: float | None = 0.02) -> Audit:
    return audit(policy=policy(strength=estimate(value, reach)))


@pytest.mark.parametrize(
    ("value", "reach", "verdict", "status", "code"),
    [
        (0.4, 0.02, "pass", "pass", 0),
        (0.7, 0.02, "fail", "fail", 1),
        (0.1, 0.02, "fail", "fail", 1),
        (0.6, 0.02, "inconclusive", "inconclusive", 0),
        (0.4, None, "inconclusive", "inconclusive", 0),
    ],
)
def test_a_range(value: float, reach: float | None, verdict: str, status: str, code: int) -> None:
    found, gate = only(of_strength(value, reach), Rule(STRENGTH, 0.2, 0.6))
    assert (gate.verdict, found.status, exit_code(found)) == (verdict, status, code)
    assert (gate.key, gate.allowed, gate.value) == ("policy.strength", "0.2 to 0.6", value)
    assert gate.low == (None if reach is None else value - reach)


def test_a_gate_of_level_warn_fails_nothing() -> None:
    found, gate = only(of_strength(0.9), Rule(STRENGTH, None, 0.6, "warn"))
    assert (gate.verdict, gate.fails, found.status, exit_code(found)) == ("warn", False, "pass", 0)
    found, gate = only(
        of_strength(0.9),
        Rule(STRENGTH, None, 0.6, "warn"),
        fail_on=frozenset({"fail", "warn"}),
    )
    assert (gate.verdict, gate.fails, found.status, exit_code(found)) == ("warn", True, "fail", 1)


def test_inconclusive_passes_unless_it_is_to_fail() -> None:
    rule = Rule(STRENGTH, None, 0.5)
    found, gate = only(of_strength(0.5), rule, fail_on=frozenset({"fail", "inconclusive"}))
    assert (gate.verdict, gate.fails) == ("inconclusive", True)
    assert (found.status, exit_code(found)) == ("inconclusive", 1)
    # A gate that only warns when it is broken does not fail while it hangs in the balance.
    found, gate = only(
        of_strength(0.5), replace(rule, level="warn"), fail_on=frozenset({"fail", "inconclusive"})
    )
    assert (gate.verdict, gate.fails, exit_code(found)) == ("inconclusive", False, 0)
    # Nor does it make the whole audit so.
    assert (gate.level, found.status) == ("warn", "pass")


def test_it_says_how_many_images_would_settle_it() -> None:
    _, gate = only(of_strength(0.59, 0.02), Rule(STRENGTH, None, 0.6))
    assert gate.why == "about 4,000 images would settle it, 1,201 are there"
    _, gate = only(of_strength(0.581, 0.02), Rule(STRENGTH, None, 0.6))
    assert gate.why == "about 1,200 images would settle it"
    _, gate = only(of_strength(0.6, 0.02), Rule(STRENGTH, None, 0.6))
    assert "would not settle it" in gate.why


def test_what_was_not_measured_never_passes() -> None:
    made = audit([op("A", None)], policy=policy(view_strength=None))
    for key in (Key("policy", "view_strength"), Key("ops", "strength", "A")):
        found, gate = only(made, Rule(key, 0, 99))
        assert (gate.verdict, gate.value, gate.why) == ("inconclusive", None, "not measured")
        assert found.status == "inconclusive"


@pytest.mark.parametrize("what", ["strength", "effective", "applied", "contribution", "rms"])
def test_every_number_of_an_operation(what: str) -> None:
    changes: dict[str, Any] = {what: estimate(0.9)}
    made = audit([replace(op("R > A"), **changes)])
    _, gate = only(made, Rule(Key("ops", what, "R > A"), None, 0.8))
    assert (gate.key, gate.verdict, gate.value) == (f"ops.R > A.{what}", "fail", 0.9)


@pytest.mark.parametrize(
    "what", ["strength", "view_strength", "unchanged_share", "destroyed_share"]
)
def test_every_number_of_the_policy(what: str) -> None:
    made = audit(policy=policy(**{what: estimate(0.9)}))
    _, gate = only(made, Rule(Key("policy", what), None, 0.8))
    assert (gate.key, gate.verdict, gate.value) == (f"policy.{what}", "fail", 0.9)


def test_keys_name_the_numbers_that_there_are() -> None:
    assert set(numbers_of_policy(policy())) == set(POLICY)
    assert set(numbers_of_op(op("A"))) == set(OPS)


def test_a_name_stands_for_all_operations_of_that_name_and_a_path_for_one() -> None:
    made = audit([op("R > A", 0.1), op("S > A", 0.5), op("B", 0.5)])
    found = judged(made, gates(Rule(Key("ops", "strength", "A"), 0.3, None)))
    assert [(g.key, g.verdict) for g in found.gates] == [
        ("ops.R > A.strength", "fail"),
        ("ops.S > A.strength", "pass"),
    ]
    found, gate = only(made, Rule(Key("ops", "strength", "S > A"), 0.3, None))
    assert gate.verdict == "pass"


def test_operations_that_are_not_there_are_refused_all_at_once() -> None:
    rules = [
        Rule(Key("ops", "rms", "Solarise"), 0, 1, line=7),
        Rule(Key("ops", "rms", "A"), 0, 1),
        Rule(Key("ops", "rms", "Zoom"), 0, 1, line=9),
    ]
    with pytest.raises(GatesError) as caught:
        judged(audit(), gates(*rules, file="gates.yaml"))
    first, second = caught.value.mistakes
    assert str(first) == (
        "gates.yaml:7: the policy has no operation 'Solarise'. Did you mean Solarize?"
    )
    assert (second.line, second.code, caught.value.exit_code) == (9, "gates_unknown_op", 2)
    with pytest.raises(GatesError, match=r"^gates: the policy has no operation 'Zoom'"):
        judged(audit(), gates(replace(rules[2], line=None)))


def test_counts_of_findings() -> None:
    made = audit(findings=[finding(part="A"), finding(part="B"), finding("WEAK", "info")])
    found, gate = only(made, Rule(DEAD, None, 1))
    assert (gate.verdict, gate.value, gate.allowed) == ("fail", 2, "at most 1")
    assert gate.why == "DEAD A, DEAD B"
    assert failing(found) == found.findings[:2]
    found, gate = only(made, Rule(DEAD, None, 2))
    assert (gate.verdict, failing(found)) == ("pass", ())


def test_without_gates_a_finding_of_level_fail_fails() -> None:
    assert judged(audit()).status == "pass"
    warned = judged(audit(findings=[finding("SATURATED", "warn")]))
    assert (warned.status, exit_code(warned)) == ("pass", 0)
    failed = judged(audit(findings=[finding("SATURATED", "warn"), finding()]))
    assert (failed.status, exit_code(failed)) == ("fail", 1)
    assert [f.code for f in failing(failed)] == ["DEAD"]


@pytest.mark.parametrize("state", ["inconclusive", "not_measured"])
def test_no_finding_of_what_is_not_settled_is_no_pass(state: Any) -> None:
    made = audit(checks=[Check("DEAD", state, "no worker could be started")])
    found, gate = only(made, Rule(DEAD, None, 0))
    assert (gate.verdict, found.status) == ("inconclusive", "inconclusive")
    assert gate.why == f"{state.replace('_', ' ')}: no worker could be started"


def test_more_findings_than_allowed_fail_whatever_is_not_settled() -> None:
    made = audit(findings=[finding()], checks=[Check("DEAD", "inconclusive")])
    assert judged(made).status == "fail"
    assert only(made, Rule(DEAD, None, 0))[0].status == "fail"


def test_without_gates_what_hangs_in_the_balance_is_told() -> None:
    made = audit(checks=[Check("DEAD", "inconclusive"), Check("REVERSED", "clear")])
    found = judged(made)
    assert (found.status, found.gates[0].why) == ("inconclusive", "not settled: DEAD")


def test_only_what_could_be_of_that_level_hangs_in_the_balance() -> None:
    checks = [Check("WEAK", "inconclusive"), Check("SATURATED", "inconclusive")]
    made = audit(checks=checks)
    assert judged(made).status == "pass"
    found, gate = only(made, Rule(Key("findings", "warn"), None, 0))
    assert (found.status, gate.why) == ("inconclusive", "not settled: SATURATED")


def test_without_gates_what_this_machine_cannot_measure_does_not_matter() -> None:
    assert judged(audit(checks=[Check("REPEATED_DRAWS", "not_measured", "none")])).status == "pass"


def test_numbers_of_few_images_have_no_verdict() -> None:
    for value in (0.4, 0.9):
        few = replace(of_strength(value), data=data(measured=49))
        found, gate = only(few, Rule(STRENGTH, None, 0.6))
        assert (gate.verdict, gate.why) == ("inconclusive", "49 images: it takes 50")
        assert (found.status, exit_code(found)) == ("inconclusive", 0)


def test_few_images_pass_nothing() -> None:
    assert judged(audit(data=data(measured=49))).status == "inconclusive"
    assert judged(audit(data=data(measured=50))).status == "pass"
    assert judged(audit(findings=[finding()], data=data(measured=49))).status == "fail"


@pytest.mark.parametrize("made", [audit(), audit(findings=[finding()])], ids=["clean", "faulty"])
def test_an_incomplete_audit_is_inconclusive_never_pass(made: Audit) -> None:
    partial = replace(made, complete=False, stopped_by="SIGINT")
    rules = (*DEFAULT_GATES.rules, Rule(STRENGTH, 0, 99), Rule(STRENGTH, 98, 99))
    found = judged(partial, gates(*rules))
    assert {gate.verdict for gate in found.gates} == {"inconclusive"}
    assert (found.status, exit_code(found)) == ("inconclusive", 0)
    strict = judged(partial, gates(*rules, fail_on=frozenset({"fail", "inconclusive"})))
    assert (strict.status, exit_code(strict)) == ("inconclusive", 1)
    assert judged(partial, gates()).status == "inconclusive"


def test_nothing_measured_is_an_error() -> None:
    found = judged(audit(data=data(measured=0)))
    assert (found.status, exit_code(found)) == ("error", 3)


def test_an_ignored_finding_is_told_and_does_not_count() -> None:
    made = audit(findings=[finding(part="A"), finding(part="B"), finding(part=None)])
    ignores = (Ignore("DEAD", ("A",), "by design", 3),)
    found = judged(made, replace(DEFAULT_GATES, ignores=ignores))
    assert [f.ignored for f in found.findings] == ["by design", "", ""]
    assert found.gates[0].value == 2
    found = judged(made, replace(DEFAULT_GATES, ignores=(Ignore("DEAD", (), "by design"),)))
    assert (found.status, found.warnings, len(found.findings)) == ("pass", (), 3)


def test_an_ignored_finding_by_the_name_of_the_operation() -> None:
    made = audit(findings=[finding(part="RandAugment > Solarize")])
    ignores = (Ignore("DEAD", ("Posterize", "Solarize"), "by design"),)
    assert judged(made, replace(DEFAULT_GATES, ignores=ignores)).status == "pass"


def test_what_is_ignored_in_vain_is_told() -> None:
    ignores = (
        Ignore("WEAK", ("A",), "r", 4),
        Ignore("DEAD", ("Solarise",), "r", 5),
        Ignore("REVERSED", (), "r", 6),
    )
    found = judged(audit(), Gates((), ignores, file="g.yaml"))
    assert found.warnings == (
        "g.yaml:4: nothing to ignore: WEAK of A",
        "g.yaml:5: nothing to ignore: DEAD of Solarise. No operation is named so."
        " Did you mean Solarize?",
        "g.yaml:6: nothing to ignore: REVERSED",
    )
