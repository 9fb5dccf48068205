"""One curve against a magnitude as inline SVG, with its 95 % band."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from augscore.auditing.audit import Curve, CurvePoint, Estimate
from augscore.auditing.report.ends import highest, lowest
from augscore.auditing.report.page.markup import NOTHING, fill, joined
from augscore.auditing.report.page.numbers import number
from augscore.auditing.report.page.plot import Frame, Scale, columns, levels_of, path, ticks

LARGE = Frame(320, 200, left=34, right=10, top=27, bottom=22)
SMALL = Frame(156, 104, left=38, right=6, top=8, bottom=20)


@dataclass(frozen=True)
class Dot:
    """A measured level: its place on the axis in [0, 1], what was found, and that in words."""

    place: float
    found: Estimate
    tip: str


@dataclass(frozen=True)
class Panel:
    """`label` tells the picture to who cannot see it; values from `low` to `high` have room; `ends`
    are the first and the last level, in words."""

    label: str
    dots: tuple[Dot, ...]
    low: float
    high: float
    ends: tuple[str, str]
    neutral: float | None = None
    set_to: float | None = None


def panel_svg(panel: Panel, frame: Frame) -> Markup:
    across = Scale(0, 1, frame.left + 4, frame.inner_right - 4)
    up = Scale(panel.low, panel.high, frame.inner_bottom, frame.top)
    places = [across(dot.place) for dot in panel.dots]
    parts = [
        levels_of(frame, up, ticks(panel.low, panel.high, 4 if frame is LARGE else 2)),
        _unrelated(frame, up) if frame is LARGE and panel.high >= 1 else NOTHING,
        _mark("neutral", panel.neutral, across, frame),
        _mark("set", panel.set_to, across, frame),
        _band(panel, across, up),
        fill('<polyline class="line" points="{}"/>', _line(panel, across, up)),
        joined(_dot(dot, across, up) for dot in panel.dots),
        _ends(panel, frame),
        columns(frame, places, [dot.tip for dot in panel.dots]),
    ]
    return fill(
        '<svg class="chart" role="img" aria-label="{}" viewBox="0 0 {} {}">{}</svg>',
        *(panel.label, frame.width, frame.height),
        joined(parts),
    )


def place_on(curve: Curve, level: float) -> float:
    """Where a level stands between the first of the curve (0) and its last (1)."""
    first, last = curve.points[0].level, curve.points[-1].level
    return 0.5 if first == last else (level - first) / (last - first)


def place_within(curve: Curve, level: float | None) -> float | None:
    """The same for a level that the curve may lack or not reach: None then."""
    if level is None:
        return None
    place = place_on(curve, level)
    return place if -1e-9 <= place <= 1 + 1e-9 else None


def level_text(curve: Curve, level: float) -> str:
    gap = " " if curve.unit[:1].isalpha() else ""
    return f"{number(level)}{gap}{curve.unit}"


def shifts(points: tuple[CurvePoint, ...]) -> list[Estimate]:
    return [point.shift for point in points if point.shift is not None]


def _line(panel: Panel, across: Scale, up: Scale) -> str:
    return path([(across(dot.place), up(dot.found.value)) for dot in panel.dots])


def _band(panel: Panel, across: Scale, up: Scale) -> Markup:
    upper = [(across(dot.place), up(highest(dot.found))) for dot in panel.dots]
    lower = [(across(dot.place), up(max(panel.low, lowest(dot.found)))) for dot in panel.dots]
    return fill('<polygon class="band" points="{}"/>', path([*upper, *reversed(lower)]))


def _dot(dot: Dot, across: Scale, up: Scale) -> Markup:
    return fill(
        '<circle class="dot" cx="{}" cy="{}" r="2.4"/>', across(dot.place), up(dot.found.value)
    )


def _unrelated(frame: Frame, up: Scale) -> Markup:
    return fill(
        '<line class="unrelated" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        *(frame.left, frame.inner_right, up(1), up(1)),
    )


def _mark(name: str, place: float | None, across: Scale, frame: Frame) -> Markup:
    """A vertical line, named at its top on the side with more room."""
    if place is None:
        return NOTHING
    x = across(place)
    line = fill(
        '<line class="mark {}" x1="{}" x2="{}" y1="{}" y2="{}"/>',
        *(name, x, x, frame.top, frame.inner_bottom),
    )
    if frame is not LARGE:
        return line
    side, offset = ("end", 3) if place > 0.5 else ("start", -3)
    y = frame.top - (15 if name == "neutral" else 4)
    return line + fill('<text class="named {}" x="{}" y="{}">{}</text>', side, x + offset, y, name)


def _ends(panel: Panel, frame: Frame) -> Markup:
    """The first and the last level below the axis."""
    (first, last), y = panel.ends, frame.height - 6
    return fill(
        '<text class="tick start" x="{}" y="{}">{}</text>'
        '<text class="tick end" x="{}" y="{}">{}</text>',
        *(frame.left, y, first, frame.inner_right, y, last),
    )
