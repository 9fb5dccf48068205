"""Numbers as people read them: commas, four digits, and times in one or two units."""

from __future__ import annotations


def count(number: int) -> str:
    return f"{number:,}"


def plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def four(value: float) -> str:
    """Four significant digits, never an exponent for everyday sizes."""
    return f"{value:,.4g}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.3e}"


def sd(value: float) -> str:
    """A noise sd: below 1, to four decimals."""
    return f"{value:.4f}"


def percent(value: float) -> str:
    return f"{value:.1f}"


def duration(seconds: float) -> str:
    """One unit below a minute, whole minutes below an hour, then hours and minutes."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def size(number: int) -> str:
    """Bytes in decimal units."""
    value = float(number)
    for unit in ("B", "kB", "MB"):
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"


def rate(per_second: float, unit: str) -> str:
    """`12 images/s`; what takes longer than 10 s each is told in minutes: `2.5 ladders/min`."""
    if per_second < 0.1:
        return f"{60 * per_second:.2g} {unit}/min"
    return f"{per_second:,.0f} {unit}/s" if per_second >= 10 else f"{per_second:.1f} {unit}/s"
