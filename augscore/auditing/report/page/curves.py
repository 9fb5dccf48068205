"""Section: every operation turned through its magnitudes, together and one by one."""

from __future__ import annotations

from markupsafe import Markup

from augscore.auditing.audit import Audit, Curve, CurvePoint, Estimate, OpResult
from augscore.auditing.report.ends import highest, lowest
from augscore.auditing.report.page.curve_panel import (
    LARGE,
    SMALL,
    Dot,
    Panel,
    level_text,
    panel_svg,
    place_on,
    place_within,
    shifts,
)
from augscore.auditing.report.page.links import finding_links, has_curves, op_anchor, series
from augscore.auditing.report.page.markup import (
    NOTHING,
    as_numbers,
    fill,
    joined,
    more_in_report,
    section,
)
from augscore.auditing.report.page.numbers import interval, measured, number, percent
from augscore.auditing.report.page.together import all_together, toggles

MOST = 100
"""Operations with pictures of their own; the last table of the page has all."""
HEADS = (
    "Level",
    "Strength",
    "95 % interval",
    "Score shift",
    "95 % interval",
    "Pixel RMS",
    "95 % interval",
    "Values that clip",
    "Views destroyed",
)


def curves(audit: Audit) -> Markup:
    """Nothing where no operation has a curve."""
    drawn = [(place, op) for place, op in enumerate(audit.ops) if has_curves(op)]
    if not drawn:
        return NOTHING
    shown = drawn[:MOST]
    top = top_of([op for _, op in shown])
    return section(
        "curves",
        "Strength against magnitude",
        fill('<p class="lead">{}</p>', _reading(audit)),
        toggles(shown),
        all_together(shown, top),
        fill('<div class="cards">{}</div>', joined(_card(audit, p, op, top) for p, op in shown)),
        more_in_report(len(drawn) - MOST),
        _without([op for op in audit.ops if not has_curves(op)]),
    )


def top_of(ops: list[OpResult]) -> float:
    """One scale for all, so that heights can be compared."""
    values = [highest(p.strength) for op in ops for curve in op.curves for p in curve.points]
    return 1.04 * max([*values, 0.01])


def _reading(audit: Audit) -> str:
    return (
        f"Each operation alone, on the same {audit.data.probed:,} images at every level; the rest "
        "of its magnitudes as the policy draws them. Bands are 95 % intervals over images. "
        "All strengths share one scale, on which 1 is two unrelated images of your data; score "
        "shift and pixel RMS have a scale each."
    )


def _card(audit: Audit, place: int, op: OpResult, top: float) -> Markup:
    """One for each magnitude of the operation; links lead to the first."""
    return joined(
        fill(
            '<article class="card {}"{} data-op="{}"><header><h3>{}</h3>{}{}</header>{}</article>',
            series(place),
            fill(' id="{}"', op_anchor(place)) if nth == 0 else NOTHING,
            *(place, op.op, _path(op), finding_links(audit, op), _figures(op, curve, top)),
        )
        for nth, curve in enumerate(curve for curve in op.curves if curve.points)
    )


def _path(op: OpResult) -> Markup:
    """Where the operation stands, unless its name says all."""
    return NOTHING if op.path == op.op else fill('<p class="path">{}</p>', op.path)


def _figures(op: OpResult, curve: Curve, top: float) -> Markup:
    return fill(
        '<p class="axis">{}</p>{}<div class="pair">{}{}</div>{}',
        _axis_text(curve),
        fill("<figure>{}</figure>", panel_svg(_strength(op, curve, top), LARGE)),
        *(_shift(op, curve), _rms(op, curve)),
        as_numbers(
            "The numbers", f"{op.op}, {curve.axis}", HEADS, (_row(curve, p) for p in curve.points)
        ),
    )


def _captioned(name: str, svg: Markup) -> Markup:
    return fill("<figure><figcaption>{}</figcaption>{}</figure>", name, svg)


def _axis_text(curve: Curve) -> str:
    known = curve.unit in ("", curve.axis)
    parts = [curve.axis if known else f"{curve.axis} [{curve.unit}]"]
    parts += [] if curve.neutral is None else [f"neutral {number(curve.neutral)}"]
    set_to = "drawn from a range" if curve.set_to is None else f"set to {number(curve.set_to)}"
    return ", ".join([*parts, set_to])


def _strength(op: OpResult, curve: Curve, top: float) -> Panel:
    dots = _dots(curve, [(p, p.strength) for p in curve.points], "strength")
    return _panel(op, curve, "strength", dots, 0.0, top)


def _shift(op: OpResult, curve: Curve) -> Markup:
    found = shifts(curve.points)
    if len(found) < len(curve.points):
        return NOTHING  # not asked for
    dots = _dots(curve, list(zip(curve.points, found, strict=True)), "score shift")
    low = min(0.0, *map(lowest, found))
    high = max(0.0, *map(highest, found))
    return _captioned(
        "Score shift", panel_svg(_panel(op, curve, "score shift", dots, low, high or 1.0), SMALL)
    )


def _rms(op: OpResult, curve: Curve) -> Markup:
    dots = _dots(curve, [(p, p.rms) for p in curve.points], "pixel RMS")
    high = 1.04 * max(highest(dot.found) for dot in dots)
    return _captioned(
        "Pixel RMS", panel_svg(_panel(op, curve, "pixel RMS", dots, 0.0, high or 1.0), SMALL)
    )


def _panel(
    op: OpResult, curve: Curve, what: str, dots: tuple[Dot, ...], low: float, high: float
) -> Panel:
    first, last = (level_text(curve, curve.points[place].level) for place in (0, -1))
    label = (
        f"{what} of {op.op} from {number(dots[0].found.value)} at {curve.axis} {first} "
        f"to {number(dots[-1].found.value)} at {last}"
    )
    neutral, set_to = place_within(curve, curve.neutral), place_within(curve, curve.set_to)
    ends = (number(curve.points[0].level), number(curve.points[-1].level))
    return Panel(label, dots, low, high, ends, neutral, set_to)


def _dots(curve: Curve, found: list[tuple[CurvePoint, Estimate]], what: str) -> tuple[Dot, ...]:
    return tuple(
        Dot(place_on(curve, point.level), estimate, _tip(curve, point, estimate, what))
        for point, estimate in found
    )


def _tip(curve: Curve, point: CurvePoint, found: Estimate, what: str) -> str:
    parts = [f"{curve.axis} {level_text(curve, point.level)}", f"{what} {measured(found.value)}"]
    if found.low is not None and found.high is not None:
        parts[-1] += f" ({interval(found)})"
    parts += [f"{percent(point.clipped)} of values clip"] if point.clipped > 0 else []
    parts += [f"{percent(point.destroyed)} of views destroyed"] if point.destroyed > 0 else []
    return " · ".join(parts)


def _row(curve: Curve, point: CurvePoint) -> tuple[str, ...]:
    shift = None if point.shift is None else point.shift.value
    return (
        level_text(curve, point.level),
        measured(point.strength.value),
        interval(point.strength),
        measured(shift),
        interval(point.shift),
        measured(point.rms.value),
        interval(point.rms),
        percent(point.clipped),
        percent(point.destroyed),
    )


def _without(ops: list[OpResult]) -> Markup:
    if not ops:
        return NOTHING
    names = ", ".join(op.path for op in ops)
    return fill('<p class="note">Without a magnitude to turn, or not turned: {}.</p>', names)
