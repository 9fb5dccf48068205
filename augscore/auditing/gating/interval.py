"""An interval against an allowed range: inside, outside, or not to be told yet."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from augscore.auditing.audit import Estimate
from augscore.auditing.gating.gates import Rule

Place = Literal["inside", "outside", "straddling"]

MOST_IMAGES = 1_000_000
"""More would settle nothing that anybody measures."""


@dataclass(frozen=True)
class Placed:
    """`images`: about how many would settle a straddling one, None if none would, or for others."""

    place: Place
    images: int | None = None


def place(estimate: Estimate, rule: Rule, images: int) -> Placed:
    """Where the estimate over so many images lies; one without an interval straddles.

    The half-width of an interval falls as 1/√N, so an end at distance h from the value gets to a
    limit at distance d with N·(h/d)² images. That of a share of none or all falls as 1/N: N·h/d.
    """
    if estimate.low is None or estimate.high is None:
        return Placed("straddling")
    low, high = _ends(rule)
    if low <= estimate.low and estimate.high <= high:
        return Placed("inside")
    if estimate.high < low or estimate.low > high:
        return Placed("outside")
    crossed = [limit for limit in (low, high) if estimate.low <= limit <= estimate.high]
    ratio = max(_shrinking(estimate, limit) for limit in crossed)
    power = 1 if rule.key.is_share and estimate.value in (0, 1) else 2
    return Placed("straddling", _images_needed(ratio, power, images))


def _ends(rule: Rule) -> tuple[float, float]:
    low = -math.inf if rule.low is None else rule.low
    return low, math.inf if rule.high is None else rule.high


def _images_needed(ratio: float, power: int, images: int) -> int | None:
    if ratio > (MOST_IMAGES / max(1, images)) ** (1 / power):
        return None
    return _rounded_up(images * ratio**power)


def _shrinking(estimate: Estimate, limit: float) -> float:
    """By which factor the end that passes the limit has to come nearer to the value."""
    end = estimate.low if limit <= estimate.value else estimate.high
    distance = abs(limit - estimate.value)
    reach = abs((estimate.value if end is None else end) - estimate.value)
    return reach / distance if distance > 0 else math.inf


def _rounded_up(number: float) -> int:
    """To two digits, since more would be a promise; what is above by rounding alone stays."""
    step = int(10 ** max(0, math.floor(math.log10(number)) - 1))
    return math.ceil(number / step - 1e-6) * step
