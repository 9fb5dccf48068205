"""Words that all studies say alike."""

from __future__ import annotations


def agrees(count: int, total: int) -> str:
    """What so many cases of all make of a claim."""
    if count == total:
        return "agrees"
    return "agrees only in part" if count else "disagrees"


def signed(value: float, digits: int = 3) -> str:
    """With a plus or a true minus."""
    return f"{value:+.{digits}f}".replace("-", "−")


def short(value: float) -> str:
    """Three digits, with a true minus."""
    return f"{value:.3g}".replace("-", "−")
