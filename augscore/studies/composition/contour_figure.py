"""Contours of score value and strength over the magnitudes of two operations, side by side."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator

from augscore.studies.composition.surface import Surface
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.style import (
    FAINT,
    FONT,
    INK,
    axis_label,
    heading,
    panel_title,
    png_of,
)
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.wording import short

_STEPS = 10


def contours_png(surface: Surface, lab: Lab) -> bytes:
    """PNG bytes. The same input gives the same bytes."""
    figure = Figure(figsize=(10.2, 4.9), dpi=150)
    left, right = figure.subplots(1, 2)
    reach = float(np.abs(surface.score_shift).max()) or 1.0
    _panel(left, surface, surface.score_shift, "PuOr_r", (-reach, reach))
    panel_title(left, "Score value S of the view minus that of its original [nats]")
    top = float(surface.strength.max()) or 1.0
    _panel(right, surface, surface.strength, "cividis", (0.0, top))
    panel_title(right, "Strength; 1 is as far as an unrelated image")
    right.set_ylabel("")
    figure.subplots_adjust(left=0.07, right=0.965, top=0.83, bottom=0.11, wspace=0.17)
    heading(figure, f"{surface.first.op}, then {surface.second.op}", [_told(surface, lab)])
    return png_of(figure)


def _told(surface: Surface, lab: Lab) -> str:
    images = f"{len(lab.originals):,} images of {lab.side} px, seed {lab.seed}; medians"
    marked = any(len(sweep.directions) == 2 for sweep in (surface.first, surface.second))
    return f"{images}; dashed: where an operation does least" if marked else images


def _panel(
    axes: Axes, surface: Surface, values: Floats, colours: str, limits: tuple[float, float]
) -> None:
    levels = MaxNLocator(_STEPS).tick_values(*limits)
    grid = (surface.seconds, surface.firsts)
    shown = axes.contourf(*grid, values, levels=levels, cmap=colours)
    lines = axes.contour(*grid, values, levels=levels, colors=INK)
    lines.set(linewidth=0.6, linestyle="solid")
    for text in axes.clabel(lines, fontsize=7, fmt=short):
        text.set_path_effects([withStroke(linewidth=1.8, foreground="white")])
    bar = axes.figure.colorbar(shown, ax=axes, pad=0.02, fraction=0.05)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=7, labelcolor=FAINT, labelfontfamily=FONT)
    _label_axes(axes, surface)
    _mark_weakest(axes, surface)
    _turn_towards_more(axes, surface)


def _label_axes(axes: Axes, surface: Surface) -> None:
    axes.set_xlabel(_words(surface.second), fontsize=8.5, color=FAINT, fontfamily=FONT)
    axes.set_ylabel(_words(surface.first), fontsize=8.5, color=FAINT, fontfamily=FONT)
    axes.tick_params(length=0, labelsize=8, labelcolor=FAINT, labelfontfamily=FONT)
    axes.spines[:].set_visible(False)


def _words(sweep: Sweep) -> str:
    return f"{sweep.op}, {axis_label(sweep)}"


def _mark_weakest(axes: Axes, surface: Surface) -> None:
    style = (0, (4, 3))
    if len(surface.second.directions) == 2:
        axes.axvline(surface.second.weakest, color=FAINT, linewidth=0.8, linestyle=style)
    if len(surface.first.directions) == 2:
        axes.axhline(surface.first.weakest, color=FAINT, linewidth=0.8, linestyle=style)


def _turn_towards_more(axes: Axes, surface: Surface) -> None:
    """More of an operation is farther to the right, or up."""
    if surface.second.directions == ("below",):
        axes.invert_xaxis()
    if surface.first.directions == ("below",):
        axes.invert_yaxis()
