"""Numbers as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.auditing.report.figures import interval, three, with_interval
from tests.auditing.audits import estimate


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (0.0, "0"),
        (0.61234, "0.612"),
        (1.0, "1.00"),
        (0.9996, "1.00"),
        (12.345, "12.3"),
        (-0.0512, "-0.0512"),
        (123456, "1.23e+05"),
        (1234.5, "1,234"),
        (0.00012, "1.20e-04"),
    ],
)
def test_three_digits(value: float, told: str) -> None:
    assert three(value) == told


def test_intervals() -> None:
    assert with_interval(None) == "-"
    assert with_interval(estimate(0.5, None)) == "0.500"
    assert with_interval(estimate(0.5, 0)) == "0.500"
    assert with_interval(estimate(0.5, 0.02)) == "0.500 (0.480 ... 0.520)"
    assert with_interval(estimate(0.0, 0.02)) == "0 (-0.0200 ... 0.0200)"
    assert interval(None, None, None) == "-"


@given(st.floats(-1e6, 1e6))
def test_three_digits_are_right(value: float) -> None:
    told = float(three(value).replace(",", ""))
    assert told == pytest.approx(value, rel=5.1e-3, abs=0)


@given(st.floats(-10, 10), st.floats(0.01, 1), st.floats(0.01, 1))
def test_an_interval_tells_three_numbers(value: float, down: float, up: float) -> None:
    told = interval(value, value - down, value + up).replace("(", "").replace(")", "")
    numbers = [float(part) for part in told.replace("...", "").split()]
    assert numbers == pytest.approx([value, value - down, value + up], abs=0.051)
