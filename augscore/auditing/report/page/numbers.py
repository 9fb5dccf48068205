"""Numbers as the page writes them."""

from __future__ import annotations

from augscore.auditing.audit import Estimate

ABSENT = "–"


def number(value: float | None) -> str:
    """Two significant digits below 1, three from 1 on, whole from 1,000 on."""
    if value is None:
        return ABSENT
    size = abs(value)
    if size >= 1000:
        text = f"{value:,.0f}" if size < 1e9 else f"{value:.3g}"
    else:
        text = f"{value:.3g}" if size >= 1 else f"{value:.2g}"
    return text.replace("-", "−")


def signed(value: float | None) -> str:
    return ABSENT if value is None else f"{'+' if value > 0 else ''}{number(value)}"


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
    return f"{number(low)} to {number(high)}"


def told(estimate: Estimate | None) -> str:
    """The value, and its interval in parentheses where there is one."""
    if estimate is None:
        return ABSENT
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{number(estimate.value)} ({between(estimate.low, estimate.high)})"


def counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
