"""The curves of all operations in one picture, and the switches that are its legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from augscore.auditing.audit import Curve, OpResult
from augscore.auditing.report.page.curve_panel import place_on
from augscore.auditing.report.page.links import series
from augscore.auditing.report.page.markup import fill, joined
from augscore.auditing.report.page.numbers import number
from augscore.auditing.report.page.plot import Point, Scale, path, ticks

Placed = Sequence[tuple[int, OpResult]]
HEIGHT, BELOW, ABOVE = 280, 26, 12
"""In px; across, places are in per cent, so that text keeps its size at every width."""
_UP, _WIDE = HEIGHT - ABOVE - BELOW, 1000


def toggles(ops: Placed) -> Markup:
    """A legend that the script of the page turns into switches."""
    items = joined(
        fill(
            '<label class="toggle {}"><input type="checkbox" checked hidden data-shows="{}">'
            '<svg class="swatch" width="26" height="10" aria-hidden="true">'
            '<line class="line" x1="1" x2="25" y1="5" y2="5"/></svg>{}</label>',
            *(series(place), place, op.op),
        )
        for place, op in ops
    )
    buttons = fill(
        '<span class="all" hidden><button type="button" data-all="1">Show all</button>'
        '<button type="button" data-all="">Hide all</button></span>'
    )
    return fill(
        '<fieldset class="toggles"><legend>Operations</legend>{}{}</fieldset>', items, buttons
    )


def all_together(ops: Placed, top: float) -> Markup:
    """Strength from the first level of each curve to its last; `top` is what has room."""
    up = Scale(0, top, _UP, 0)
    lines = joined(
        fill(
            '<polyline class="line {}" data-op="{}" points="{}"/>',
            *(series(place), place, path(_points(curve, up))),
        )
        for place, op, curve in _curves(ops)
    )
    return fill(
        '<figure class="together"><figcaption>All operations: strength from the first level to the '
        'last</figcaption><svg class="fluid" role="img" aria-label="{}" width="100%" height="{}">'
        '{}<svg x="7%" y="{}" width="91%" height="{}" viewBox="0 0 {} {}" '
        'preserveAspectRatio="none" class="spread">{}</svg>{}</svg></figure>',
        *(_label(ops), HEIGHT, _grid(up, top), ABOVE, _UP, _WIDE, _UP, lines, _ends()),
    )


def _curves(ops: Placed) -> Iterator[tuple[int, OpResult, Curve]]:
    for place, op in ops:
        for curve in op.curves:
            if curve.points:
                yield place, op, curve


def _points(curve: Curve, up: Scale) -> list[Point]:
    return [
        (round(_WIDE * place_on(curve, point.level), 1), up(point.strength.value))
        for point in curve.points
    ]


def _grid(up: Scale, top: float) -> Markup:
    return joined(
        fill(
            '<line class="{}" x1="7%" x2="98%" y1="{}" y2="{}"/>'
            '<text class="tick end" x="6%" y="{}">{}</text>',
            "unrelated" if value == 1 else "grid",
            *(ABOVE + up(value), ABOVE + up(value), ABOVE + up(value) + 4, number(value)),
        )
        for value in ticks(0, top, 5)
    )


def _ends() -> Markup:
    return fill(
        '<text class="tick start" x="7%" y="{}">first level</text>'
        '<text class="tick end" x="98%" y="{}">last level</text>',
        *(HEIGHT - 6, HEIGHT - 6),
    )


def _label(ops: Placed) -> str:
    ends = (
        f"{op.op} {number(curve.points[0].strength.value)} to "
        f"{number(curve.points[-1].strength.value)}"
        for _, op, curve in _curves(ops)
    )
    return f"Strength at the first and the last level: {'; '.join(ends)}"
