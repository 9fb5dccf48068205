"""What was not measured, and why, on one line for each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .figures import count
from .lines import Line, pack
from .names import shown

if TYPE_CHECKING:
    from augscore.images.records import Skipped


def skipped_lines(skipped: Sequence[Skipped], width: int) -> list[Line]:
    """`3 skipped: 2 truncated, 1 not_an_image`; nothing where nothing was skipped."""
    return reason_lines("skipped", Counter(s.reason for s in skipped), width)


def reason_lines(what: str, reasons: Mapping[str, int], width: int) -> list[Line]:
    """The commonest first; nothing for an empty count."""
    if not reasons:
        return []
    ordered = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    items = [f"{count(n)} {shown(reason)}" for reason, n in ordered]
    items[:-1] = [f"{item}," for item in items[:-1]]
    return pack(f"{count(sum(reasons.values()))} {what}: ", items, width, gap=" ")
