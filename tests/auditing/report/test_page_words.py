"""Numbers, steps and the verdict in words."""

from __future__ import annotations

import pytest

from augscore.auditing.audit import Estimate, Gate
from augscore.auditing.report.page.numbers import (
    interval,
    measured,
    number,
    of_gate,
    percent,
    percent_interval,
    signed,
    told,
)
from augscore.auditing.report.page.steps import steps_text


@pytest.mark.parametrize(
    ("value", "set_text", "measured_text"),
    [
        (None, "–", "–"),
        (0.0, "0", "0"),
        (0.4, "0.4", "0.400"),
        (0.01234, "0.012", "0.0123"),
        (-0.5, "−0.5", "−0.500"),
        (1.0, "1", "1.00"),
        (12.345, "12.3", "12.3"),
        (45678.9, "45,679", "45,679"),
        (-45678.9, "−45,679", "−45,679"),
        (2.5e12, "2.5e+12", "2.50e+12"),
    ],
)
def test_numbers(value: float | None, set_text: str, measured_text: str) -> None:
    assert number(value) == set_text
    assert measured(value) == measured_text


def test_estimates() -> None:
    with_interval, bare = Estimate(-0.4, -0.43, 0.038, 200), Estimate(0.4, None, None, 12)
    assert told(with_interval) == "−0.400 (−0.430 to 0.038)"
    assert interval(with_interval) == "−0.430 to 0.038"
    assert told(bare) == "0.400"
    assert interval(bare) == percent_interval(bare) == "too few images"
    assert interval(None) == told(None) == percent_interval(None) == "–"
    assert percent_interval(Estimate(0.4, 0.38, 0.43, 200)) == "38 to 43 %"
    assert percent(0.0312) == "3.12 %"
    assert signed(0.04) == "+0.0400"
    assert signed(-0.04) == "−0.0400"


def test_gates_count_findings_and_measure_the_rest() -> None:
    assert of_gate(Gate("findings.DEAD", "at most 0", 1, None, None, "fail")) == "1"
    assert of_gate(Gate("policy.strength", "", 0.5, 0.4, 0.6, "pass")) == "0.500 (0.400 to 0.600)"
    assert of_gate(Gate("ops.X.strength", "", None, None, None, "inconclusive")) == "–"


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
    keyed = {"op": "Boom", "applied": True, "magnitudes": {"key": -8601022983522028284}}
    assert steps_text([keyed]) == "Boom (key -8601022983522028284)"
