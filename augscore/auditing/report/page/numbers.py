"""Numbers as the page writes them."""

from __future__ import annotations

from augscore.auditing.audit import Estimate

ABSENT, MINUS = "–", "−"


def number(value: float | None) -> str:
    """Two significant digits below 1, three from 1 on, whole from 1,000 on; no idle zeros."""
    if value is None:
        return ABSENT
    size = abs(value)
    if 1000 <= size < 1e9:
        return f"{value:,.0f}".replace("-", MINUS)
    return f"{value:.{3 if size >= 1 else 2}g}".replace("-", MINUS)


def measured(value: float | None) -> str:
    """As `number`, with the zeros that its digits mean: 0.40 was measured, 0.4 was set."""
    if value is None or value == 0 or abs(value) >= 1000:
        return number(value)
    return f"{value:#.{3 if abs(value) >= 1 else 2}g}".rstrip(".").replace("-", MINUS)


def signed(value: float | None) -> str:
    return ABSENT if value is None else f"{'+' if value > 0 else ''}{measured(value)}"


def percent(share: float | None) -> str:
    return ABSENT if share is None else f"{number(100 * share)} %"


def interval(estimate: Estimate | None) -> str:
    """Its 95 % interval; says so where there were too few images for one."""
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return "too few images"
    return between(estimate.low, estimate.high)


def percent_interval(estimate: Estimate | None) -> str:
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return "too few images"
    return f"{number(100 * estimate.low)} to {percent(estimate.high)}"


def between(low: float, high: float) -> str:
    return f"{measured(low)} to {measured(high)}"


def told(estimate: Estimate | None) -> str:
    """The value, and its interval in parentheses where there is one."""
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return measured(estimate.value)
    return f"{measured(estimate.value)} ({between(estimate.low, estimate.high)})"


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
