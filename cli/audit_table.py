"""The operations of an audit as a table: how often, how strong, at which levels, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from augscore.auditing.report.figures import NOTHING

from .lines import Line, Span, begun, line, shortened
from .names import cells, shown
from .sparks import spark

if TYPE_CHECKING:
    from augscore.auditing.audit import Audit, Estimate, OpResult

_NARROWEST = 14
_GAP = "  "
_HEAD = ("operation", "p set/seen", "strength (95 %)", "levels", "finding")
_WHOLE = "whole policy"
LEVELS = ("fail", "warn", "info")


@dataclass(frozen=True)
class AuditLayout:
    """`width`: columns to fill; `cut`: keep to it, and to a screen (on a terminal only). `bars`:
    eight signs from low to high, of an encoding that the stream has."""

    width: int
    cut: bool
    ellipsis: str
    bars: str


@dataclass(frozen=True)
class _Row:
    name: str
    chance: str
    strength: str
    levels: str
    codes: tuple[tuple[str, str], ...]

    @property
    def middle(self) -> tuple[str, str, str]:
        return self.chance, self.strength, self.levels


def op_table(audit: Audit, most: int, layout: AuditLayout) -> list[Line]:
    """The policy as a whole, if there is anything to say of it, and its operations, the worst
    first; on a terminal at most so many."""
    rows = [*_whole(audit), *(_row(op, audit, layout) for op in _worst_first(audit))]
    if not rows:
        return []
    kept = rows[:most] if layout.cut else rows
    lines = _aligned(kept, layout)
    if len(kept) < len(rows):
        lines.append(line(f"+{len(rows) - len(kept)} more in the report"))
    return lines


def _worst_first(audit: Audit) -> list[OpResult]:
    """By the level of the worst finding, then by its place among them, then by strength."""
    places = {finding.part: n for n, finding in reversed(list(enumerate(audit.findings)))}

    def rank(op: OpResult) -> tuple[int, int, float]:
        levels = [LEVELS.index(level) for _, level in _codes(op.path, audit)]
        strength = op.effective.value if op.effective else 0.0
        return min(levels, default=len(LEVELS)), places.get(op.path, len(places)), -strength

    return sorted(audit.ops, key=rank)


def _whole(audit: Audit) -> list[_Row]:
    strength = strength_text(audit.policy.strength)
    codes = _codes(None, audit)
    return [_Row(_WHOLE, NOTHING, strength, "", codes)] if codes or audit.policy.strength else []


def _row(op: OpResult, audit: Audit, layout: AuditLayout) -> _Row:
    seen = None if op.applied is None else op.applied.value
    points = op.curves[0].points if op.curves else ()
    return _Row(
        name=shown(op.path),
        chance=f"{_chance(op.declared)}/{_chance(seen)}",
        strength=strength_text(op.strength),
        levels=spark([point.strength.value for point in points], layout.bars),
        codes=_codes(op.path, audit),
    )


def _codes(path: str | None, audit: Audit) -> tuple[tuple[str, str], ...]:
    """Code and level of the findings that count, the worst level first."""
    own = [f for f in audit.findings if f.part == path and not f.ignored]
    ranked = sorted(own, key=lambda f: LEVELS.index(f.level))
    return tuple(dict.fromkeys((shown(f.code), f.level) for f in ranked))


def _chance(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def strength_text(estimate: Estimate | None) -> str:
    """`0.61 (0.58, 0.64)`: two decimals, more for what is small."""
    if estimate is None:
        return NOTHING
    known = [end for end in (estimate.value, estimate.low, estimate.high) if end is not None]
    largest = max(abs(end) for end in known)
    places = next((p for p in (2, 3, 4) if largest >= 10 ** (1 - p)), 4)
    told, *ends = (f"{end:.{places}f}" for end in known)
    return f"{told} ({', '.join(ends)})" if len(ends) == 2 else told


def _aligned(rows: Sequence[_Row], layout: AuditLayout) -> list[Line]:
    middle = [_HEAD[1:4], *(row.middle for row in rows)]
    widths = [max(cells(row[k]) for row in middle) for k in range(3)]
    room = layout.width - sum(widths) - 4 * len(_GAP)
    codes = [_codes_text(row, room - _NARROWEST, layout) for row in rows]
    last = max(cells(_HEAD[4]), *(cells(span.text) for span in codes))
    name = max(cells(text) for text in (_HEAD[0], *(row.name for row in rows)))
    if layout.cut:
        name = min(name, room - last)
    head = line(_cells([_HEAD[0], *_HEAD[1:4]], [name, *widths]), _HEAD[4])
    names = [shortened(row.name, name if layout.cut else None, layout.ellipsis) for row in rows]
    body = [
        _line(_cells([shown_name, *row.middle], [name, *widths]), span)
        for shown_name, row, span in zip(names, rows, codes, strict=True)
    ]
    return [head, *body]


def _line(text: str, codes: Span) -> Line:
    return line(text, codes) if codes.text else line(text.rstrip())


def _codes_text(row: _Row, width: int, layout: AuditLayout) -> Span:
    """All codes; on a terminal the worst, cut to `width`, and how many more."""
    told = [code if level == "info" else f"{level}: {code}" for code, level in row.codes]
    role = row.codes[0][1] if row.codes and row.codes[0][1] != "info" else ""
    if not layout.cut:
        return Span(", ".join(told), role)
    more = f" +{len(told) - 1}" if len(told) > 1 else ""
    return Span(begun("".join(told[:1]), width - len(more), layout.ellipsis) + more, role)


def _cells(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text + " " * (w - cells(text)) for text, w in zip(texts, widths, strict=True))
    return _GAP.join(padded) + _GAP
