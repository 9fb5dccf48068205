"""What `audit` prints, from a made-up result: the verdict first, never more than a screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.auditing.audit import Audit, Comparison, Delta
from augscore.auditing.gating.gates import DEFAULT_GATES, Gates, Ignore, Rule
from augscore.auditing.gating.keys import Key
from augscore.auditing.gating.verdict import judged
from augscore.outputs import printable
from augscore_cli.audit_next import next_step
from augscore_cli.audit_screen import SCREEN, audit_lines
from augscore_cli.audit_table import AuditLayout
from augscore_cli.lines import plain
from augscore_cli.names import cells
from augscore_cli.sparks import ASCII_BARS, BARS
from tests.auditing.audits import (
    audit,
    comparison,
    curve,
    data,
    estimate,
    finding,
    hostile_audit,
    op,
    policy,
)

TERMINAL = AuditLayout(80, cut=True, ellipsis="…", bars=BARS)
PIPE = AuditLayout(80, cut=False, ellipsis="…", bars=BARS)
ASCII = AuditLayout(80, cut=True, ellipsis="...", bars=ASCII_BARS)
STRENGTH = Key("policy", "strength")
AGAIN = "augscore audit simclr --data photos"


def screen(made: Audit, layout: AuditLayout = TERMINAL) -> list[str]:
    return [plain(row) for row in audit_lines(made, 48.2, layout)]


@pytest.fixture
def faulty() -> Audit:
    """Two faults, one of them a policy's own, and a clean operation."""
    ops = [
        op("RandAugment > Rotate", 0.5, curves=(curve((0, 0.1, 0.2, 0.4)),)),
        op("RandAugment > Solarize", 0.61, curves=(curve((0.9, 0.6, 0.3, 0.0)),)),
        op("Flip", None, applied=None, curves=()),
    ]
    findings = [
        finding("REVERSED", "fail", "RandAugment > Solarize"),
        finding("SATURATED", "warn", "RandAugment > Solarize"),
        finding("NEAR_IDENTICAL_VIEWS", "warn", None),
        finding("WEAK", "info", "Flip"),
    ]
    return judged(audit(ops, findings))


def test_the_whole_screen(faulty: Audit) -> None:
    assert screen(faulty) == [
        "FAIL  1 finding of level fail, allowed at most 0: REVERSED RandAugment >",
        "      Solarize",
        "randaugment   1,000 of 1,201 images x 4 views   32 px   default 1.0   cpu, 48 s",
        "operation       p set/seen  strength (95 %)    levels  finding",
        "whole policy    -           0.50 (0.48, 0.52)          warn: NEAR_IDENTICAL_VIE…",
        "…nt > Solarize  0.50/0.50   0.61 (0.59, 0.63)  █▆▃▁    fail: REVERSED +1",
        "Flip            0.50/-      -                          WEAK",
        "…ment > Rotate  0.50/0.50   0.50 (0.48, 0.52)  ▁▃▅█",
        "Strength: how far a view moves to the score network; unrelated images are at 1.",
        "Not measured: whether labels stay true. Reads low: inversion, small damage.",
    ]


def test_off_a_terminal_nothing_is_cut(faulty: Audit) -> None:
    told = screen(faulty, PIPE)
    assert told[1].endswith("default 1.0   cpu, 48 s")
    rows = {row.split("  ")[0]: row for row in told}
    assert rows["RandAugment > Solarize"].endswith("█▆▃▁    fail: REVERSED, warn: SATURATED")
    assert rows["Flip"].split() == ["Flip", "0.50/-", "-", "WEAK"]


def test_words_say_what_colours_say(faulty: Audit) -> None:
    spans = [span for row in audit_lines(faulty, 1.0, PIPE) for span in row if span.role]
    assert ("FAIL", "fail") in [(span.text, span.role) for span in spans]
    for span in spans:
        assert {"ok": "PASS"}.get(span.role, span.role).lower() in span.text.lower()


def test_ascii_where_the_encoding_needs_it(faulty: Audit) -> None:
    told = screen(faulty, ASCII)
    assert "8631" in "".join(told)
    assert "\n".join(told).isascii()


def test_worst_first_and_twelve_of_them() -> None:
    ops = [op(f"Op{n}", 0.1 + n / 100) for n in range(30)]
    findings = [finding("WEAK", "info", "Op3"), finding("SATURATED", "warn", "Op4")]
    findings.append(finding("DEAD", "fail", "Op5"))
    findings.append(finding("REVERSED", "fail", "Op6"))
    told = screen(judged(audit(ops, findings)))
    head = next(n for n, row in enumerate(told) if row.startswith("operation"))
    names = [row.split()[0] for row in told[head + 2 : head + 13]]
    assert names == ["Op5", "Op6", "Op4", "Op3", *(f"Op{n}" for n in range(29, 22, -1))]
    assert told[head + 13] == "+19 more in the report"


def test_what_is_ignored_is_not_worst() -> None:
    gates = replace(DEFAULT_GATES, ignores=(Ignore("DEAD", ("A",), "meant"),))
    told = judged(audit(findings=[finding(part="A"), finding("WEAK", "info", "B")]), gates)
    assert not any("DEAD" in row for row in screen(told))
    assert next_step(told, "", None) == "Next: augscore audit --explain WEAK"


def test_a_next_step() -> None:
    made = judged(audit(findings=[finding("P_MISMATCH", "warn"), finding()]))
    assert next_step(made, AGAIN, None) == "Next: augscore audit --explain DEAD"
    warned = judged(audit(findings=[finding("P_MISMATCH", "warn")]))
    assert warned.status == "pass"
    assert next_step(warned, AGAIN, None) == "Next: augscore audit --explain P_MISMATCH"


def test_what_passed_is_kept_and_then_held_against() -> None:
    passed = judged(audit(findings=[finding("WEAK", "info")]))
    assert next_step(passed, AGAIN, None) == f"Next: {AGAIN} --out audit"
    told = next_step(passed, AGAIN, Path("my audit"))
    assert told == (f"Next, when the policy has changed: {AGAIN} --baseline 'my audit/report.json'")
    assert next_step(judged(audit()), "", Path("merged")) == ""


def test_what_was_stopped_goes_on() -> None:
    stopped = judged(audit(findings=[finding()], complete=False, stopped_by="budget"))
    assert next_step(stopped, AGAIN, Path("a")) == f"Next: {AGAIN} --out a"
    assert next_step(stopped, AGAIN, None) == f"Next: {AGAIN} --out audit"


@pytest.mark.parametrize(
    ("made", "first"),
    [
        (judged(audit()), "PASS  no finding of level fail, allowed at most 0"),
        (
            judged(replace(audit(), complete=False, stopped_by="budget")),
            "INCONCLUSIVE  stopped by budget: not complete",
        ),
        (
            judged(audit(data=data(measured=0), ops=())),
            "ERROR  nothing was measured: 1 of 1,201 skipped, first x.jpg: truncated",
        ),
        (
            judged(audit(), Gates((Rule(STRENGTH, 0, 0.49),))),
            "INCONCLUSIVE  policy.strength 0.500 (0.480 ... 0.520), allowed 0 to 0.49: about",
        ),
        (judged(audit(), Gates(())), "PASS  there are no gates"),
        (
            judged(audit(), Gates((*DEFAULT_GATES.rules, Rule(STRENGTH, 0, 0.4, "warn")))),
            "PASS  1 of 2 gates hold, not policy.strength",
        ),
    ],
)
def test_the_first_line(made: Audit, first: str) -> None:
    assert screen(made)[0] == first


def test_warnings_are_told() -> None:
    warnings = ("60 images: intervals are wide", "g.yaml:4: nothing to ignore: WEAK", "x" * 100)
    told = screen(judged(audit(warnings=warnings)))
    assert "warning: g.yaml:4: nothing to ignore: WEAK" in told
    assert "+1 more warning in the report" in told
    assert f"warning: {'x' * 100}" in screen(judged(audit(warnings=warnings)), PIPE)


def test_several_broken_gates_are_told_one_by_one() -> None:
    rules = [Rule(Key("ops", "strength", "A"), None, 0.4)]
    rules += [Rule(Key("ops", "strength", name), 0.9, None) for name in ("A", "B")]
    rules += [Rule(STRENGTH, None, 0.1), Rule(Key("policy", "view_strength"), None, 0.7)]
    told = screen(judged(audit(), Gates(tuple(rules))))
    assert told[0] == "FAIL  3 of 5 gates fail"
    assert "INCONCLUSIVE" not in "".join(told), "what fails comes first"
    assert "FAIL  ops.A.strength 0.400 (0.380 ... 0.420), allowed at least 0.9" in told
    assert "FAIL  policy.strength 0.500 (0.480 ... 0.520), allowed at most 0.1" in told
    assert "+2 more gates in the report" in told


def test_a_comparison() -> None:
    told = screen(judged(audit(comparison=comparison())))
    expected = "against randaugment   strength +0.10 (0.08, 0.12)   1 new finding, 0 gone"
    assert expected in told
    delta = Delta("policy.strength", 0.5, 0.4, estimate(-0.1), False)
    unpaired = comparison(deltas=(delta,), appeared=("x", "y"))
    assert "strength -0.10 (-0.12, -0.08) unpaired   2 new" in "\n".join(
        screen(judged(audit(comparison=unpaired)))
    )


def test_what_it_cannot_see_is_on_the_first_screen(faulty: Audit) -> None:
    told = "\n".join(screen(faulty))
    assert "labels stay true" in told
    assert "unrelated images are at 1" in told


@pytest.mark.parametrize("layout", [TERMINAL, ASCII, PIPE])
def test_hostile_names_move_nothing(layout: AuditLayout) -> None:
    told = screen(judged(hostile_audit()), layout)
    for row in told:
        assert printable(row) == row
        assert not layout.cut or cells(row) <= 80
    assert len(told) <= SCREEN or not layout.cut


_NAMES = st.text(max_size=60)
_OPS = st.lists(st.tuples(_NAMES, st.booleans(), st.sampled_from(["", "fail", "warn", "info"])))


@settings(max_examples=60, deadline=None)
@given(ops=_OPS, name=_NAMES, other=st.one_of(st.none(), _NAMES), rules=st.integers(0, 9))
def test_any_audit_fits_a_screen(
    ops: list[tuple[str, bool, str]], name: str, other: str | None, rules: int
) -> None:
    made_ops = [op(path, 0.5 if measured else None) for path, measured, _ in ops]
    findings = [finding("NOT_IDENTITY_AT_ZERO", level, path) for path, _, level in ops if level]
    against: Comparison | None = None if other is None else comparison(policy=other)
    made = audit(
        made_ops,
        findings,
        policy=policy(name=name),
        comparison=against,
        warnings=[name] * rules,
    )
    gates: Any = [Rule(STRENGTH, 0.9, 1)] * rules
    told = screen(judged(made, Gates((*DEFAULT_GATES.rules, *gates))))
    assert len(told) <= SCREEN
    assert max(cells(row) for row in told) <= 80
