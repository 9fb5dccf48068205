"""An Audit → one screen: the verdict first, the worst operations, and what it does not tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augscore.auditing.report.figures import NOTHING, three
from augscore.auditing.report.headline import brief, sentence, word

from .audit_table import AuditLayout, op_table, strength_text
from .figures import count, duration, plural
from .lines import Line, Span, begun, join, line
from .names import cells, shown

if TYPE_CHECKING:
    from augscore.auditing.audit import Audit, Comparison, Delta

ROWS, SCREEN = 12, 24
_VERDICT_LINES, _GATES, _WARNINGS, _NARROWEST = 2, 3, 2, 12
_ROLES = {"pass": "ok", "fail": "fail", "inconclusive": "warn", "error": "fail"}
_LIMITS = (
    "Strength: how far a view moves to the score network; unrelated images are at 1.",
    "Not measured: whether labels stay true. Reads low: inversion, small damage.",
)


def audit_lines(audit: Audit, seconds: float, layout: AuditLayout) -> list[Line]:
    """On a terminal at most 24 lines of its width, off it as many and as wide as it takes."""
    above = join([_verdict(audit, layout), _measured(audit, seconds, layout)])
    below = join(
        [
            _gates(audit, layout),
            _compared(audit.comparison, layout),
            _warnings(audit.warnings, layout),
            _limits(layout),
        ]
    )
    room = SCREEN - len(above) - len(below) - 2
    return [*above, *op_table(audit, min(ROWS, room), layout), *below]


def _verdict(audit: Audit, layout: AuditLayout) -> list[Line]:
    """One line; on a terminal up to two."""
    head, told = word(audit), shown(brief(audit))
    room = layout.width - cells(head) - 2
    rows = _wrapped(told, room) if layout.cut else [told]
    kept, rest = rows[: _VERDICT_LINES - 1], rows[_VERDICT_LINES - 1 :]
    if rest:
        kept.append(" ".join(rest))
    first, *more = (begun(row, room, layout.ellipsis) if layout.cut else row for row in kept)
    indent = " " * (cells(head) + 2)
    return [line(Span(head, _ROLES[audit.status]), f"  {first}"), *(line(indent + r) for r in more)]


def _measured(audit: Audit, seconds: float, layout: AuditLayout) -> list[Line]:
    data, design = audit.data, audit.design
    facts = [
        "",
        f"{count(data.measured)} of {plural(data.found, 'image')} x {design.draws} views",
        f"{data.size} px",
        shown(design.model),
        f"{shown(design.device)}, {duration(seconds)}",
    ]
    rest = "   ".join(facts)
    name = shown(audit.policy.name)
    if layout.cut:
        name = begun(name, max(layout.width - cells(rest), _NARROWEST), layout.ellipsis)
    return [line(_begun(name + rest, layout))]


def _gates(audit: Audit, layout: AuditLayout) -> list[Line]:
    """Gates that do not hold, where there are more than the first line tells; what fails first."""
    broken = sorted((g for g in audit.gates if g.verdict != "pass"), key=lambda g: not g.fails)
    if len(broken) < 2:
        return []
    kept = broken[:_GATES] if layout.cut else broken
    lines = [
        line(Span(gate.verdict.upper(), _ROLES.get(gate.verdict, "warn")), f"  {text}")
        for gate in kept
        if (text := _begun(shown(sentence(gate)), layout, len(gate.verdict) + 2))
    ]
    more = len(broken) - len(kept)
    return [*lines, line(f"+{plural(more, 'more gate')} in the report")] if more else lines


def _compared(found: Comparison | None, layout: AuditLayout) -> list[Line]:
    if found is None:
        return []
    delta = next((d for d in found.deltas if d.key == "policy.strength"), None)
    facts = [
        f"against {shown(found.policy)}",
        f"strength {_delta(delta)}" if delta else "",
        f"{plural(len(found.appeared), 'new finding')}, {count(len(found.gone))} gone",
    ]
    return [line(_begun("   ".join(fact for fact in facts if fact), layout))]


def _delta(delta: Delta) -> str:
    if delta.change is None:
        return f"{_number(delta.before)} -> {_number(delta.now)}"
    sign = "+" if delta.change.value > 0 else ""
    told = f"{sign}{strength_text(delta.change)}"
    return told if delta.paired else f"{told} unpaired"


def _number(value: float | None) -> str:
    return NOTHING if value is None else three(value)


def _warnings(warnings: Sequence[str], layout: AuditLayout) -> list[Line]:
    kept = warnings[:_WARNINGS] if layout.cut else warnings
    label = "warning: "
    lines = [line(Span(label, "warn"), _begun(shown(text), layout, len(label))) for text in kept]
    more = len(warnings) - len(kept)
    return [*lines, line(f"+{plural(more, 'more warning')} in the report")] if more else lines


def _limits(layout: AuditLayout) -> list[Line]:
    return [line(_begun(text, layout)) for text in _LIMITS]


def _wrapped(text: str, width: int) -> list[str]:
    rows = [""]
    for part in text.split(" "):
        longer = f"{rows[-1]} {part}" if rows[-1] else part
        if cells(longer) <= width or not rows[-1]:
            rows[-1] = longer
        else:
            rows.append(part)
    return rows


def _begun(text: str, layout: AuditLayout, taken: int = 0) -> str:
    """As much of the beginning as there is room for, on a terminal."""
    return begun(text, layout.width - taken, layout.ellipsis) if layout.cut else text
