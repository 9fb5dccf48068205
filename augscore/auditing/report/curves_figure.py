"""Strength against magnitude of all operations as one PNG, for a README or a comment."""

from __future__ import annotations

import io
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augscore.auditing.audit import Audit, Curve, OpResult
from augscore.auditing.report.ends import highest, lowest
from augscore.auditing.report.font import FONT, drawable
from augscore.auditing.report.page.numbers import number
from augscore.auditing.report.page.plot import ticks

MOST, COLUMNS = 24, 4
"""Of the panels; what is more is told by the page."""
_INK, _FAINT, _GRID, _LINE = "#1f2328", "#5c646d", "#dfe2e6", "#0072b2"
_WIDE, _TALL, _HEAD = 2.5, 2.0, 0.62
_NO_METADATA = {"Software": None}


@dataclass(frozen=True)
class _Panel:
    op: OpResult
    curve: Curve


def curves_png(audit: Audit) -> bytes | None:
    """PNG bytes: a panel for each magnitude, on one scale; None where no curve was measured.

    Lines are means over images with their 95 % intervals; 1 is two unrelated images. The same
    audit gives the same bytes.
    """
    panels = [_Panel(op, curve) for op in audit.ops for curve in op.curves if curve.points]
    if not panels:
        return None
    shown = panels[:MOST]
    rows = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(_WIDE * COLUMNS, _TALL * rows + _HEAD), dpi=150)
    top = 1.05 * max([1.0, *(highest(p.strength) for s in shown for p in s.curve.points)])
    for place, panel in enumerate(shown):
        _draw(figure.add_subplot(rows, COLUMNS, place + 1), panel, top)
    height = figure.get_figheight()
    figure.subplots_adjust(
        left=0.045,
        right=0.985,
        top=1 - (_HEAD + 0.2) / height,
        bottom=0.42 / height,
        wspace=0.2,
        hspace=0.55,
    )
    _heading(figure, audit, len(panels) - len(shown))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white", metadata=_NO_METADATA)
    return buffer.getvalue()


def _draw(axes: Axes, panel: _Panel, top: float) -> None:
    points = panel.curve.points
    levels = [point.level for point in points]
    values = [point.strength.value for point in points]
    low = [lowest(point.strength) for point in points]
    high = [highest(point.strength) for point in points]
    axes.axhline(1, color=_INK, linewidth=0.8, linestyle=(0, (1, 2)))
    _marks(axes, panel.curve)
    axes.fill_between(levels, low, high, color=_LINE, alpha=0.2, linewidth=0)
    axes.plot(levels, values, color=_LINE, linewidth=1.6, marker="o", markersize=2.6, clip_on=False)
    axes.set_ylim(0, top)
    axes.set_xlim(levels[0], levels[-1] if levels[-1] != levels[0] else levels[0] + 1)
    ends = sorted({levels[0], levels[-1]})
    axes.set_xticks(ends, [number(end) for end in ends])
    heights = ticks(0, top, 3)
    axes.set_yticks(heights, [number(height) for height in heights])
    _bare(axes)
    _words(axes, panel)


def _marks(axes: Axes, curve: Curve) -> None:
    """The neutral level dashed, the one that is set drawn through."""
    levels = [point.level for point in curve.points]
    for level, style in ((curve.neutral, (0, (3, 3))), (curve.set_to, "solid")):
        if level is not None and min(levels) <= level <= max(levels):
            axes.axvline(level, color=_FAINT, linewidth=0.9, linestyle=style, clip_on=False)


def _bare(axes: Axes) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.grid(axis="y", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=7, labelcolor=_FAINT, labelfontfamily=FONT)


def _words(axes: Axes, panel: _Panel) -> None:
    unit = f" [{panel.curve.unit}]" if panel.curve.unit not in ("", panel.curve.axis) else ""
    title, axis = drawable(panel.op.op, 26), drawable(f"{panel.curve.axis}{unit}", 34)
    axes.text(
        *(0, 1.09, title),
        transform=axes.transAxes,
        fontsize=9,
        fontweight="bold",
        color=_INK,
        fontfamily=FONT,
        parse_math=False,
    )
    axes.set_xlabel(
        axis, fontsize=7.5, color=_FAINT, labelpad=-4, fontfamily=FONT, parse_math=False
    )


def _heading(figure: Figure, audit: Audit, more: int) -> None:
    rest = f"; {more} more in the report" if more else ""
    height = figure.get_figheight()
    words = (
        (0.2, 11, _INK, drawable(audit.policy.name, 60)),
        (
            0.42,
            8,
            _FAINT,
            "Strength against magnitude, 95 % bands; 1 is two unrelated images, dashed is "
            f"neutral, drawn through is set{rest}",
        ),
    )
    for below, size, colour, text in words:
        figure.text(
            *(0.045, 1 - below / height, text),
            fontsize=size,
            color=colour,
            va="center",
            fontfamily=FONT,
            parse_math=False,
        )
