"""The ends of an interval as they are drawn: the value itself where there is none."""

from __future__ import annotations

from augscore.auditing.audit import Estimate


def lowest(found: Estimate) -> float:
    return found.value if found.low is None else min(found.value, found.low)


def highest(found: Estimate) -> float:
    return found.value if found.high is None else max(found.value, found.high)
