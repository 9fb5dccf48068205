"""How the pictures of studies look: one font, few inks, colours that colour-blind people tell
apart (Okabe and Ito 2008), and the same bytes for the same data."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augscore.studies.figures.sweep import Kind, Sweep

INK, FAINT, GRID = "#1f2328", "#5c646d", "#dfe2e6"
FONT = "DejaVu Sans"
KINDS: dict[Kind, tuple[str, str]] = {
    "geometry": ("#0072b2", "geometry"),
    "colour": ("#d55e00", "colour"),
    "detail": ("#009e73", "blur, noise, codec"),
    "erasing": ("#aa4499", "erasing"),
}
"""Colour, and what the kind is called."""
_NO_METADATA = {"Software": None}


def png_of(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white", metadata=_NO_METADATA)
    return buffer.getvalue()


def bare(axes: Axes) -> None:
    """A plot without a box, with lines across."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GRID)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelsize=7, labelcolor=FAINT, labelfontfamily=FONT)


def heading(figure: Figure, title: str, lines: Sequence[str]) -> None:
    """At the top left, 0.2 inches below the edge and 0.2 for each further line."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    texts = [(title, 11, INK), *((line, 8, FAINT) for line in lines)]
    for place, (text, size, colour) in enumerate(texts):
        figure.text(
            *(0.2 / width, 1 - (0.22 + 0.2 * place) / height, text),
            fontsize=size,
            color=colour,
            va="center",
            fontfamily=FONT,
            parse_math=False,
        )


def panel_title(axes: Axes, text: str, colour: str = INK) -> None:
    axes.set_title(
        text, fontsize=8.5, fontweight="bold", color=colour, loc="left", pad=4, fontfamily=FONT
    )


def axis_label(sweep: Sweep) -> str:
    """`degrees`, `sigma [px]`: the argument, and its unit where that says more."""
    return sweep.argument if sweep.unit in ("", sweep.argument) else _with_unit(sweep)


def _with_unit(sweep: Sweep) -> str:
    return f"{sweep.argument} [{sweep.unit}]"
