"""The paired differences of a study as a picture: a dot a seed, a bar for the interval."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augscore.methods.table import METHODS
from augscore.studies.cells import NONE
from augscore.studies.comparisons import Comparison

_INK, _FAINT, _GRID, _DOT = "#1f2328", "#6a7077", "#dfe2e6", "#0072b2"
_ROW_INCHES = 0.34
_NO_METADATA = {"Software": None}


def differences_png(comparisons: Sequence[Comparison]) -> bytes:
    """PNG bytes; `comparisons` holds one at least. The same input gives the same bytes."""
    figure = Figure(figsize=(7.2, 1.25 + _ROW_INCHES * len(comparisons)), dpi=160)
    axes = figure.add_subplot()
    _draw(axes, comparisons)
    figure.subplots_adjust(left=0.3, right=0.96, bottom=0.55 / figure.get_figheight(), top=0.86)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white", metadata=_NO_METADATA)
    return buffer.getvalue()


def _draw(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    axes.axvline(0, color=_FAINT, linewidth=1)
    for row, c in enumerate(comparisons):
        if c.spread.low is not None and c.spread.high is not None:
            axes.plot(
                [c.spread.low, c.spread.high], [row, row], color=_DOT, linewidth=5, alpha=0.25
            )
        axes.plot(c.differences, [row] * len(c.differences), "o", color=_DOT, markersize=4)
        axes.plot([c.spread.mean], [row], "|", color=_INK, markersize=13, markeredgewidth=1.8)
    axes.set_yticks(range(len(comparisons)), [_name(c) for c in comparisons], color=_INK)
    axes.set_ylim(len(comparisons) - 0.5, -0.5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    axes.grid(axis="x", color=_GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=9, labelcolor=_INK)
    axes.set_xlabel("points of k-NN accuracy, last epoch", fontsize=9, color=_FAINT)
    title = "Paired differences: dots are seeds, the stroke their mean, the bar its 95 % interval"
    axes.set_title(title, fontsize=9, color=_FAINT, loc="right")


def _name(c: Comparison) -> str:
    title = METHODS[c.method].title if c.method in METHODS else c.method
    return f"{title}: {c.weighting}" if c.base == NONE else f"{title}: {c.weighting} − {c.base}"
