"""A panel as inline SVG, drawn by matplotlib, its colours left to the style sheet of the page.

The figure is made without pyplot, which keeps state. Every colour that is drawn stands for a CSS
variable of the same meaning, so that one picture serves light and dark pages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from augscore.training.reporting.panels import Curve, Panel

INK, FAINT, GRID = "#1f2328", "#6a7077", "#dfe2e6"
SERIES = ("#0072b2", "#d55e00", "#009e73", "#b0578d")
"""Okabe and Ito's blue, vermilion, green and purple: told apart by every common colour vision."""

VARIABLES = {
    INK: "--ink",
    FAINT: "--faint",
    GRID: "--grid",
    **{colour: f"--series-{i}" for i, colour in enumerate(SERIES)},
}

_WIDTH, _HEIGHT = 4.7, 2.55
_LEFT, _RIGHT, _BOTTOM, _TOP = 0.105, 0.715, 0.12, 0.965
_LABEL_GAP = 0.092
_SIZE = 9.0
_NO_METADATA = dict.fromkeys(["Creator", "Date", "Format", "Type"])


def panel_svg(panel: Panel, prefix: str) -> str:
    """An `<svg>` element without a fixed size; `prefix`, a word, keeps its ids apart from those of
    other pictures on the page."""
    figure = Figure(figsize=(_WIDTH, _HEIGHT))
    axes = figure.add_axes((_LEFT, _BOTTOM, _RIGHT - _LEFT, _TOP - _BOTTOM))
    _bare(axes)
    ends = _stack(axes, panel.curves) if panel.stacked else _lines(axes, panel.curves)
    _bounds(axes, panel)
    if panel.limit is not None:
        _limit(axes, *panel.limit)
    _labels(axes, panel, ends)
    return inline_svg(figure, prefix)


def inline_svg(figure: Figure, prefix: str) -> str:
    """Without prolog, size and namespaces, which a page has no use for; the same figure gives the
    same text."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    text = buffer.getvalue()
    text = text[text.index("<svg") :].strip()
    text = re.sub(r'\s(?:width|height)="[\d.]+pt"', "", text, count=2)
    text = re.sub(r'\sxmlns(?::\w+)?="[^"]*"', "", text)
    for colour, variable in VARIABLES.items():
        text = text.replace(colour, f"var({variable})")
    return _renumbered(text, prefix)


def number(value: float) -> str:
    """Three significant digits; whole from 1,000 on."""
    text = f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
    return text.replace("-", "−")


def spread(places: Sequence[float], gap: float, lowest: float, highest: float) -> list[float]:
    """The places moved apart to `gap` at least, in their order, within the bounds where they fit;
    `places` ascend."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + gap) if moved else max(place, lowest))
    ceiling = highest
    for i in reversed(range(len(moved))):
        moved[i] = min(moved[i], ceiling)
        ceiling = moved[i] - gap
    return moved


def _bare(axes: Axes) -> None:
    axes.patch.set_visible(False)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=_SIZE, labelcolor=FAINT, pad=4)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.ticklabel_format(useOffset=False)


def _lines(axes: Axes, curves: Sequence[Curve]) -> list[float]:
    """Draw them; where each ends."""
    for curve, colour in zip(curves, SERIES, strict=False):
        if curve.band:
            low, high = zip(*curve.band, strict=True)
            axes.fill_between(curve.x, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(curve.x, curve.y, color=colour, linewidth=1.6, solid_capstyle="round")
        axes.plot(curve.x[-1:], curve.y[-1:], "o", color=colour, markersize=3.5, clip_on=False)
    return [curve.y[-1] for curve in curves]


def _stack(axes: Axes, curves: Sequence[Curve]) -> list[float]:
    """Draw them one on another; the middle of each at its end."""
    colours = SERIES[: len(curves)]
    x = curves[0].x
    axes.stackplot(x, *(c.y for c in curves), colors=colours, alpha=0.85, linewidth=0)
    axes.grid(visible=False)
    ends, below = [], 0.0
    for curve in curves:
        ends.append(below + curve.y[-1] / 2)
        below += curve.y[-1]
    return ends


def _bounds(axes: Axes, panel: Panel) -> None:
    last = max(curve.x[-1] for curve in panel.curves)
    first = min(0.0, *(curve.x[0] for curve in panel.curves))
    axes.set_xlim(first, last if last > first else first + 1.0)
    if panel.lowest is None:
        return
    highest = panel.highest
    if highest is None:
        highest = panel.lowest + 1.08 * (max(max(c.y) for c in panel.curves) - panel.lowest)
    axes.set_ylim(panel.lowest, max(highest, panel.lowest + 1e-12))


def _limit(axes: Axes, value: float, name: str) -> None:
    axes.axhline(value, color=FAINT, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.text(
        1.02,
        value,
        f"{name} {number(value)}",
        transform=axes.get_yaxis_transform(),
        color=FAINT,
        fontsize=_SIZE - 1,
        va="center",
    )


def _labels(axes: Axes, panel: Panel, ends: Sequence[float]) -> None:
    """Every curve is named where it ends, with its last value, in its own colour."""
    low, high = axes.get_ylim()
    order = sorted(range(len(ends)), key=lambda i: ends[i])
    places = [(ends[i] - low) / (high - low) for i in order]
    for i, place in zip(order, spread(places, _LABEL_GAP, 0.03, 1.0), strict=True):
        curve = panel.curves[i]
        named = len(panel.curves) > 1
        text = f"{curve.name} {number(curve.y[-1])}" if named else number(curve.y[-1])
        axes.text(
            1.02,
            place,
            text,
            transform=axes.transAxes,
            color=SERIES[i],
            fontsize=_SIZE if named else _SIZE + 1,
            va="center",
        )
    axes.annotate(
        "epoch",
        (1.0, 0.0),
        xytext=(14.0, -4.0),
        xycoords="axes fraction",
        textcoords="offset points",
        color=FAINT,
        fontsize=_SIZE,
        va="top",
    )


def _renumbered(svg: str, prefix: str) -> str:
    """Ids in the order of their appearance: matplotlib's own are partly random."""
    names = {old: f"{prefix}-{i}" for i, old in enumerate(re.findall(r'\bid="([^"]+)"', svg))}
    svg = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{names[m[1]]}"', svg)
    return re.sub(r'(href="#|url\(#)([^")]+)', lambda m: m[1] + names.get(m[2], m[2]), svg)
