"""The names most like a mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """At most three, the most similar first."""
    return get_close_matches(name, sorted(names), n=3, cutoff=0.6)


def did_you_mean(name: str, names: Iterable[str], *, before: str = "") -> str:
    """A sentence with a space in front, or nothing; `before` is put before each name in it."""
    close = nearest(name, names)
    if not close:
        return ""
    return f" Did you mean {' or '.join(repr(before + c) for c in close)}?"
