"""A misspelt name and the name that was probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST_TOLD = 12


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for an unknown name: the one that is near; else all known ones, or, of more than a
    dozen, the three that are least far."""
    names = sorted(known)
    lowered = {known_name.lower(): known_name for known_name in names}
    near = difflib.get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.5)
    if near:
        return f"Did you mean {lowered[near[0]]}?"
    if len(names) > _MOST_TOLD:
        least_far = difflib.get_close_matches(name.lower(), list(lowered), n=3, cutoff=0.0)
        return f"The nearest: {', '.join(lowered[known_name] for known_name in least_far)}"
    return f"Known: {', '.join(names)}" if names else "There is none to give"
