"""Curves as small multiples: a panel for each magnitude of each operation.

Panels of one kind of operation share their scale: noise would flatten all others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from augscore.studies.figures.band import Band
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.style import (
    FAINT,
    FONT,
    GRID,
    KINDS,
    axis_label,
    bare,
    heading,
    panel_title,
    png_of,
)
from augscore.studies.figures.sweep import Kind
from augscore.studies.figures.wording import short
from augscore.studies.magnitude.curves import Curve, Point

LEAST_COLUMNS, COLUMNS = 4, 6
_WIDE, _TALL, _HEAD = 2.1, 1.72, 1.15
_SPREAD = (
    "Line: median; dark band: its 95 % interval; light band: 5 to 95 % of images; "
    "one scale for each colour"
)

BandOf = Callable[[Point], Band]


def score_png(curves: Sequence[Curve], lab: Lab) -> bytes:
    """PNG bytes; `curves` holds one at least. The same input gives the same bytes."""
    figure = _figure(curves, lambda point: point.score_shift, neutral=0.0)
    what = "Score value S of a view minus that of its original [nats]"
    heading(figure, what + ", against magnitude", _told(lab, "S: mean over σ of ln(σ · norm)"))
    return png_of(figure)


def strength_png(curves: Sequence[Curve], lab: Lab) -> bytes:
    """As `score_png`."""
    figure = _figure(curves, lambda point: point.strength, neutral=1.0)
    what = "Strength against magnitude: 0 is the same image, 1 as far as an unrelated one"
    heading(figure, what, _told(lab, "dotted: two unrelated images"))
    return png_of(figure)


def _told(lab: Lab, note: str) -> list[str]:
    images = f"{len(lab.originals):,} images of {lab.side} px, seed {lab.seed}"
    return [f"{images}; {note}; dashed: where an operation does least", _SPREAD]


def _figure(curves: Sequence[Curve], band: BandOf, *, neutral: float) -> Figure:
    columns = min(COLUMNS, max(LEAST_COLUMNS, len(curves)))
    rows = -(-len(curves) // columns)
    figure = Figure(figsize=(_WIDE * columns + 0.45, _TALL * rows + _HEAD + 0.15), dpi=150)
    limits = {kind: _limits(curves, kind, band) for kind in KINDS}
    for place, curve in enumerate(curves):
        axes = figure.add_subplot(rows, columns, place + 1)
        _panel(axes, curve, band, neutral)
        axes.set_ylim(limits[curve.sweep.kind])
        axes.yaxis.set_major_locator(MaxNLocator(4))
    height, width = figure.get_figheight(), figure.get_figwidth()
    figure.subplots_adjust(
        left=0.45 / width,
        right=1 - 0.15 / width,
        top=1 - (_HEAD + 0.2) / height,
        bottom=0.48 / height,
        wspace=0.27,
        hspace=0.78,
    )
    _legend(figure, curves)
    return figure


def _panel(axes: Axes, curve: Curve, band: BandOf, neutral: float) -> None:
    colour = KINDS[curve.sweep.kind][0]
    levels = [point.magnitude for point in curve.points]
    bands = [band(point) for point in curve.points]
    axes.axhline(neutral, color=FAINT, linewidth=0.8, linestyle=(0, (1, 2)))
    axes.axvline(curve.sweep.weakest, color=FAINT, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.fill_between(
        levels, [b.p05 for b in bands], [b.p95 for b in bands], color=colour, alpha=0.15, lw=0
    )
    axes.fill_between(
        levels, [b.low for b in bands], [b.high for b in bands], color=colour, alpha=0.35, lw=0
    )
    axes.plot(levels, [b.median for b in bands], color=colour, linewidth=1.5)
    # More of an operation is farther to the right.
    is_reversed = curve.sweep.directions == ("below",)
    first, last = (levels[-1], levels[0]) if is_reversed else (levels[0], levels[-1])
    axes.set_xlim(first, last)
    ticks = sorted({levels[0], curve.sweep.weakest, levels[-1]})
    axes.set_xticks(ticks, [short(tick) for tick in ticks])
    bare(axes)
    axes.tick_params(axis="x", pad=6)
    panel_title(axes, curve.sweep.op)
    axes.set_xlabel(axis_label(curve.sweep), fontsize=7, color=FAINT, labelpad=2, fontfamily=FONT)


def _limits(curves: Sequence[Curve], kind: Kind, band: BandOf) -> tuple[float, float]:
    mine = [curve for curve in curves if curve.sweep.kind == kind]
    bands = [band(point) for curve in mine for point in curve.points]
    low = min([0.0, *(b.p05 for b in bands)])
    high = max([0.0, *(b.p95 for b in bands)])
    room = 0.05 * max(high - low, float(np.finfo(np.float32).eps))
    return low - room, high + room


def _legend(figure: Figure, curves: Sequence[Curve]) -> None:
    """Under the heading."""
    kinds = dict.fromkeys(curve.sweep.kind for curve in curves)
    height, width = figure.get_figheight(), figure.get_figwidth()
    figure.legend(
        handles=[Patch(color=KINDS[kind][0], label=KINDS[kind][1]) for kind in kinds],
        loc="upper left",
        bbox_to_anchor=(0.2 / width, 1 - 0.77 / height),
        borderaxespad=0,
        borderpad=0,
        ncols=len(kinds),
        frameon=False,
        prop={"family": FONT, "size": 8},
        labelcolor=FAINT,
        handlelength=1.0,
        handleheight=0.8,
        edgecolor=GRID,
    )
