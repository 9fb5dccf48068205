"""The curves of all operations in one picture, and the switches that are its legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from augscore.auditing.audit import Curve, OpResult
from augscore.auditing.report.page.curve_panel import place_on
from augscore.auditing.report.page.links import series, series_of_axis
from augscore.auditing.report.page.markup import fill, joined
from augscore.auditing.report.page.numbers import number
from augscore.auditing.report.page.plot import Scale, path, ticks
from augscore.training.reporting.figure import spread

Placed = Sequence[tuple[int, OpResult]]
LOWEST_HEIGHT, BELOW, ABOVE, LINE = 300, 22, 18, 15
"""In px; across, places are in per cent, so that text keeps its size at every width."""
_WIDE, _LONGEST = 1000, 25


@dataclass(frozen=True)
class _Line:
    """A curve, the place of its operation, its look and what stands at its end."""

    place: int
    look: str
    name: str
    curve: Curve

    @property
    def last(self) -> float:
        return self.curve.points[-1].strength.value


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
    lines = _lines(ops)
    height = max(LOWEST_HEIGHT, ABOVE + BELOW + LINE * len(lines))
    up = Scale(0, top, height - BELOW, ABOVE)
    drawn = joined(_polyline(line, up) for line in lines)
    return fill(
        '<figure class="together"><figcaption>All operations: strength from the first level to the '
        'last</figcaption><svg class="fluid" role="img" aria-label="{}" width="100%" height="{}">'
        '{}<svg width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" '
        'class="spread">{}</svg>{}{}</svg></figure>',
        *(_label(lines), height, _grid(up, top), height, _WIDE, height, drawn),
        *(_names(lines, up), _named_lines(up, top, height)),
    )


def _lines(ops: Placed) -> list[_Line]:
    """An operation of several magnitudes has one for each, which its name then tells."""
    lines = []
    for place, op in ops:
        curves = [curve for curve in op.curves if curve.points]
        for axis, curve in enumerate(curves):
            alone = len(curves) == 1
            look = series(place) if alone else series_of_axis(place, axis)
            name = op.op if alone else f"{op.op}, {curve.axis}"
            lines.append(_Line(place, look, name, curve))
    return lines


def _polyline(line: _Line, up: Scale) -> Markup:
    points = [
        (round(_WIDE * place_on(line.curve, point.level), 1), up(point.strength.value))
        for point in line.curve.points
    ]
    return fill(
        '<polyline class="line {}" data-op="{}" points="{}"/>',
        *(line.look, line.place, path(points)),
    )


def _names(lines: Sequence[_Line], up: Scale) -> Markup:
    """Each beside the end of its curve, moved apart where they would collide."""
    ordered = sorted(lines, key=lambda line: up(line.last))
    places = spread([up(line.last) for line in ordered], LINE, ABOVE, up(0))
    return joined(
        fill(
            '<text class="ending {}" data-op="{}" x="100%" dx="10" y="{}">{}</text>',
            *(line.look, line.place, round(y + 4, 1), _shortened(line.name)),
        )
        for line, y in zip(ordered, places, strict=True)
    )


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"


def _grid(up: Scale, top: float) -> Markup:
    return joined(
        fill(
            '<line class="{}" x1="0%" x2="100%" y1="{}" y2="{}"/>'
            '<text class="tick end" x="-6" y="{}">{}</text>',
            "unrelated" if value == 1 else "grid",
            *(up(value), up(value), up(value) + 4, number(value)),
        )
        for value in ticks(0, top, 5)
    )


def _named_lines(up: Scale, top: float, height: float) -> Markup:
    ends = fill(
        '<text class="tick start" x="0%" y="{}">first level</text>'
        '<text class="tick end" x="100%" y="{}">last level</text>',
        *(height - 4, height - 4),
    )
    if top < 1:
        return ends
    return ends + fill(
        '<text class="tick middle" x="50%" y="{}">two unrelated images</text>', up(1) - 4
    )


def _label(lines: Sequence[_Line]) -> str:
    ends = (
        f"{line.name} {number(line.curve.points[0].strength.value)} to {number(line.last)}"
        for line in lines
    )
    return f"Strength at the first and the last level: {'; '.join(ends)}"
