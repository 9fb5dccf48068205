"""`strength: s` of a ColorJitter: its ranges s times as wide, as in SimCLR's code."""

from __future__ import annotations

from augscore.engine.nodes import Value
from augscore.engine.ops.arguments import Argument, Range, is_number

STRENGTH = "strength"
SCALED = frozenset(["ColorJitter"])


def scaled(argument: Argument, value: Value, by: float) -> Value:
    """A written value `by` times as far from where its operation does nothing.

    What is no number, or pair of them, is left for the operation to refuse.
    """
    if not isinstance(argument, Range) or by == 1:
        return value
    if is_number(value):
        return by * value
    if not (isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value))):
        return value
    neutral = 1.0 if argument.lone == "about_one" else 0.0
    low, high = (neutral + by * (end - neutral) for end in value)
    return (max(0.0, low), high) if argument.lone == "about_one" else (low, high)
