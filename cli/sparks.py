"""A row of bars in place of a curve."""

from __future__ import annotations

from collections.abc import Sequence

BARS, ASCII_BARS = "▁▂▃▄▅▆▇█", "12345678"
_MOST = 8


def spark(values: Sequence[float], bars: str) -> str:
    """A bar a value, of eight evenly spread ones where there are more; the highest is full, and 0
    or less the lowest."""
    last = len(values) - 1
    if last >= _MOST:
        values = [values[round(k * last / (_MOST - 1))] for k in range(_MOST)]
    highest = max(values, default=0.0)
    return "".join(bars[_height(value, highest, len(bars))] for value in values)


def _height(value: float, highest: float, steps: int) -> int:
    if value <= 0:
        return 0
    return min(steps - 1, int(value / highest * (steps - 1) + 0.5))
