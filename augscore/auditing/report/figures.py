"""Numbers of an audit as people read them, in every form of the report but report.json."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from augscore.auditing.audit import Estimate, Gate

NOTHING = "-"
COUNTS = "findings."


def three(value: float) -> str:
    """Three significant digits, no exponent for everyday sizes, no minus before nothing."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        places = max(0, 2 - _exponent(value))
        return f"{value:,.{places}f}"
    return f"{value:.2e}"


def with_interval(estimate: Estimate | None) -> str:
    """`0.61 (0.58 ... 0.64)`; `-` for nothing."""
    if estimate is None:
        return NOTHING
    return interval(estimate.value, estimate.low, estimate.high)


def interval(value: float | None, low: float | None, high: float | None) -> str:
    """The number and its ends as `digits`; a single number where they are equal."""
    if value is None:
        return NOTHING
    if low is None or high is None or low == high:
        return three(value)
    return "{} ({} ... {})".format(*digits(value, low, high))


def digits(value: float, low: float, high: float) -> tuple[str, str, str]:
    """All three in the digits of the widest of them, nothing at all as 0."""
    places = max(0, 2 - max((_exponent(v) for v in (value, low, high) if v), default=2))
    if places > 5:
        return three(value), three(low), three(high)
    told, first, last = (f"{v:,.{places}f}" if v else "0" for v in (value, low, high))
    return told, first, last


def gate_value(gate: Gate) -> str:
    if gate.value is not None and gate.key.startswith(COUNTS):
        return f"{gate.value:,.0f}"
    return interval(gate.value, gate.low, gate.high)


def _exponent(value: float) -> int:
    """Of ten, as it is after rounding to three digits."""
    return int(f"{value:.2e}".partition("e")[2])
