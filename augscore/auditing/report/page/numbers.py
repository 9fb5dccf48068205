"""Numbers as the page writes them: those of every report, typeset."""

from __future__ import annotations

from augscore.auditing.audit import Estimate, Gate
from augscore.auditing.report.figures import NOTHING, digits, gate_value, three

ABSENT, MINUS = "–", "−"
NO_INTERVAL = "too few images"


def number(value: float | None) -> str:
    """A number that was set, or stands at an axis: no idle zeros."""
    if value is None:
        return ABSENT
    size = abs(value)
    if 1000 <= size < 1e9:
        return _typeset(f"{value:,.0f}")
    return _typeset(f"{value:.{3 if size >= 1 else 2}g}")


def measured(value: float | None) -> str:
    """With the zeros that its digits mean: 0.400 was measured, 0.4 was set."""
    return ABSENT if value is None else _typeset(three(value))


def signed(value: float | None) -> str:
    return ABSENT if value is None else f"{'+' if value > 0 else ''}{measured(value)}"


def percent(share: float | None) -> str:
    return ABSENT if share is None else f"{number(100 * share)} %"


def interval(estimate: Estimate | None) -> str:
    """Its 95 % interval; says so where there were too few images for one."""
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return NO_INTERVAL
    _, low, high = digits(estimate.value, estimate.low, estimate.high)
    return _typeset(f"{low} to {high}")


def percent_interval(estimate: Estimate | None) -> str:
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return NO_INTERVAL
    return f"{number(100 * estimate.low)} to {percent(estimate.high)}"


def between(low: float, high: float) -> str:
    return f"{number(low)} to {number(high)}"


def told(estimate: Estimate | None) -> str:
    """The value, and its interval in parentheses where there is one."""
    if estimate is None:
        return ABSENT
    return told_of(estimate.value, estimate.low, estimate.high)


def told_of(value: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return measured(value)
    return _typeset("{} ({} to {})".format(*digits(value, low, high)))


def of_gate(gate: Gate) -> str:
    """What it measured: a count, or a value with its interval."""
    shown = gate_value(gate)
    return ABSENT if shown == NOTHING else _typeset(shown.replace(" ... ", " to "))


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _typeset(text: str) -> str:
    return text.replace("-", MINUS)
