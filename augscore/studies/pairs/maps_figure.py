"""A map for each operation: the magnitudes of the one view against those of the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.style import (
    FAINT,
    FONT,
    INK,
    axis_label,
    heading,
    png_of,
)
from augscore.studies.figures.wording import short
from augscore.studies.pairs.gaps import Gaps

COLUMNS = 7
_WIDE, _TALL, _HEAD = 1.75, 2.15, 0.72
_MAP = "cividis"


def gap_png(found: Sequence[Gaps], lab: Lab) -> bytes:
    """PNG bytes; `found` holds one at least. The same input gives the same bytes."""
    title = "Score gap |S − S'| of two views of an image [nats], by the magnitudes of both"
    return _png(found, lab, title, lambda one: one.score_gap)


def strength_png(found: Sequence[Gaps], lab: Lab) -> bytes:
    """As `gap_png`."""
    title = "Strength between two views of an image, by the magnitudes of both"
    return _png(found, lab, title, lambda one: one.strength)


def _png(found: Sequence[Gaps], lab: Lab, title: str, values: Callable[[Gaps], Floats]) -> bytes:
    columns = min(COLUMNS, max(4, len(found)))
    rows = -(-len(found) // columns)
    figure = Figure(figsize=(_WIDE * columns + 0.5, _TALL * rows + _HEAD), dpi=150)
    for place, one in enumerate(found):
        _panel(figure.add_subplot(rows, columns, place + 1), one, values(one))
    height, width = figure.get_figheight(), figure.get_figwidth()
    figure.subplots_adjust(
        left=0.45 / width,
        right=1 - 0.3 / width,
        top=1 - (_HEAD + 0.25) / height,
        bottom=0.42 / height,
        wspace=0.3,
        hspace=0.55,
    )
    images = f"{len(lab.originals):,} images of {lab.side} px, seed {lab.seed}; medians"
    note = "maps from dark, 0, to bright, the number above; dashed: where an operation does least"
    heading(figure, title, [f"{images}; {note}"])
    return png_of(figure)


def _panel(axes: Axes, one: Gaps, values: Floats) -> None:
    top = float(values.max())
    axes.imshow(values, cmap=_MAP, vmin=0, vmax=top or 1.0, origin="lower", aspect="equal")
    levels = list(one.magnitudes)
    weakest = int(np.argmin(np.abs(np.array(levels) - one.sweep.weakest)))
    if 0 < weakest < len(levels) - 1:
        axes.axvline(weakest, color="white", linewidth=0.7, linestyle=(0, (3, 3)))
        axes.axhline(weakest, color="white", linewidth=0.7, linestyle=(0, (3, 3)))
    places = sorted({0, weakest, len(levels) - 1})
    axes.set_xticks(places, [short(levels[k]) for k in places])
    axes.set_yticks(places, [short(levels[k]) for k in places])
    axes.tick_params(length=0, labelsize=6.5, labelcolor=FAINT, labelfontfamily=FONT, pad=2)
    axes.spines[:].set_visible(False)
    if one.sweep.directions == ("below",):
        axes.invert_xaxis()
        axes.invert_yaxis()
    axes.text(
        *(0, 1.17, one.sweep.op),
        transform=axes.transAxes,
        fontsize=7.5,
        fontweight="bold",
        color=INK,
        fontfamily=FONT,
    )
    axes.text(
        *(0, 1.04, f"0 to {top:.2g}"),
        transform=axes.transAxes,
        fontsize=7,
        color=FAINT,
        fontfamily=FONT,
    )
    axes.set_xlabel(axis_label(one.sweep), fontsize=6.5, color=FAINT, labelpad=2, fontfamily=FONT)
