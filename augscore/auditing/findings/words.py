"""Numbers as statements tell them."""

from __future__ import annotations

from augscore.auditing.audit import Estimate


def percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def number(value: float) -> str:
    return f"{value:.3g}"


def ranged(estimate: Estimate) -> str:
    """The value with its interval, where it has one."""
    if estimate.low is None or estimate.high is None:
        return number(estimate.value)
    return f"{number(estimate.value)} ({number(estimate.low)} to {number(estimate.high)})"


def ranged_share(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return percent(estimate.value)
    return f"{percent(estimate.value)} ({percent(estimate.low)} to {percent(estimate.high)})"


def counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
