"""Numbers, steps and the verdict in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from augscore.auditing.audit import Audit, Estimate
from augscore.auditing.report.page.headline import headline
from augscore.auditing.report.page.numbers import (
    interval,
    measured,
    number,
    percent,
    percent_interval,
    signed,
    told,
)
from augscore.auditing.report.page.steps import steps_text
from tests.auditing.report import example


@pytest.mark.parametrize(
    ("value", "set_text", "measured_text"),
    [
        (None, "–", "–"),
        (0.0, "0", "0"),
        (0.4, "0.4", "0.40"),
        (0.01234, "0.012", "0.012"),
        (-0.5, "−0.5", "−0.50"),
        (1.0, "1", "1.00"),
        (12.345, "12.3", "12.3"),
        (123.4, "123", "123"),
        (45678.9, "45,679", "45,679"),
        (-45678.9, "−45,679", "−45,679"),
        (2.5e12, "2.5e+12", "2.5e+12"),
    ],
)
def test_numbers(value: float | None, set_text: str, measured_text: str) -> None:
    assert number(value) == set_text
    assert measured(value) == measured_text


def test_estimates() -> None:
    with_interval, bare = Estimate(0.4, 0.38, 0.43, 200), Estimate(0.4, None, None, 12)
    assert told(with_interval) == "0.40 (0.38 to 0.43)"
    assert told(bare) == "0.40"
    assert interval(bare) == percent_interval(bare) == "too few images"
    assert interval(None) == told(None) == percent_interval(None) == "–"
    assert percent_interval(with_interval) == "38 to 43 %"
    assert percent(0.0312) == "3.12 %"
    assert signed(0.04) == "+0.040"
    assert signed(-0.04) == "−0.040"


def test_steps_that_did_not_happen_are_left_out_and_branches_are_told() -> None:
    inner = {"op": "rotate", "applied": True, "magnitudes": {"angle": -21.42}}
    steps: list[dict[str, object]] = [
        {"op": "flip", "applied": False, "magnitudes": {}},
        {
            "op": "augmix",
            "applied": True,
            "magnitudes": {"share": 0.25},
            "branches": [{"weight": 0.5, "steps": [inner]}, {"weight": 0.5, "steps": []}],
        },
        {"op": "pipeline", "magnitudes": {"fill": True, "mode": "reflect"}},
    ]
    assert steps_text(steps) == (
        "augmix (share 0.25), rotate (angle −21.4), pipeline (fill True, mode reflect)"
    )
    assert steps_text([]) == "nothing"


def passed() -> Audit:
    return replace(example.full(), status="pass", gates=(), findings=())


def test_the_headline_says_why() -> None:
    full = example.full()
    assert headline(full) == "2 gates fail: dead_ops, findings.REVERSED."
    by_findings = replace(full, gates=())
    assert headline(by_findings) == "5 findings fail: ARG_IGNORED, P_ZERO, REVERSED and 2 more."
    open_gates = tuple(gate for gate in full.gates if gate.verdict != "fail")
    unsettled = replace(full, status="inconclusive", gates=open_gates)
    assert headline(unsettled) == "The intervals do not settle it: policy.unchanged_share."
    assert headline(replace(passed(), status="inconclusive")).startswith("The measurements")
    assert headline(passed()) == "Nothing fails, and there are no warnings."
    warned = replace(passed(), findings=full.findings[5:])
    assert headline(warned) == "Nothing fails; 2 warnings below."
    assert headline(replace(passed(), status="error")).startswith("The audit could not")


def test_an_interrupted_audit_never_reads_like_a_verdict() -> None:
    stopped = replace(passed(), status="inconclusive", complete=False, stopped_by="budget")
    assert headline(stopped).startswith("Not complete: its time was up after 1,000 of 1,000 images")
