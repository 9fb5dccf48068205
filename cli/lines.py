"""Lines of spans: text with a role, laid out before anybody knows about colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .names import cells


@dataclass(frozen=True)
class Span:
    """`role`: "" plain, "strong", "warn", "fail" or "ok"; the words say the same without it."""

    text: str
    role: str = ""


Line = tuple[Span, ...]


def line(*parts: str | Span) -> Line:
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def plain(spans: Line) -> str:
    return "".join(span.text for span in spans)


def pack(label: str, items: Sequence[str], width: int, *, gap: str = "   ") -> list[Line]:
    """Items after a label, as many a line as fit; none is cut, and later lines are indented."""
    indent = " " * cells(label)
    rows: list[str] = []
    current = label
    empty = True
    for item in items:
        candidate = current + item if empty else current + gap + item
        if not empty and cells(candidate) > width:
            rows.append(current)
            candidate = indent + item
        current, empty = candidate, False
    rows.append(current)
    return [line(row.rstrip()) for row in rows]


def table(rows: Sequence[Sequence[str]], *, gap: int = 3) -> list[str]:
    """Aligned text: the first column to the left, the others to the right; no box, no cut."""
    widths = [max(cells(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [_aligned(row, widths, " " * gap) for row in rows]


def shortened(text: str, width: int | None, ellipsis: str) -> str:
    """The text without its beginning where it is wider than `width`; None never cuts."""
    if width is None or cells(text) <= width:
        return text
    kept = text
    while kept and cells(kept) + cells(ellipsis) > width:
        kept = kept[1:]
    return ellipsis + kept


def begun(text: str, width: int, ellipsis: str) -> str:
    """The text without its end where it is wider than `width`."""
    if cells(text) <= width:
        return text
    kept = text
    while kept and cells(kept) + cells(ellipsis) > width:
        kept = kept[:-1]
    return kept + ellipsis


def join(groups: Iterable[Sequence[Line]]) -> list[Line]:
    return [row for group in groups for row in group]


def _aligned(row: Sequence[str], widths: Sequence[int], gap: str) -> str:
    head = row[0] + " " * (widths[0] - cells(row[0]))
    tail = (" " * (w - cells(c)) + c for c, w in zip(row[1:], widths[1:], strict=True))
    return gap.join([head, *tail]).rstrip()
