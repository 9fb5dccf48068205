"""Two histograms, of score values and of strengths, with an example under each bin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from augscore.engine.policy import Policy
from augscore.outputs import printable
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.style import FAINT, FONT, INK, bare, heading, panel_title, png_of
from augscore.studies.histogram.bins import Bins

_ORIGINALS, _VIEWS = "#8a9199", "#0072b2"
_WIDE, _LEFT, _RIGHT = 11.2, 0.85, 0.25
_HEAD, _PLOT, _AXIS, _GAP, _TITLE = 0.55, 2.0, 0.55, 0.04, 0.35

Pictures = Sequence[torch.Tensor | None]


@dataclass(frozen=True)
class Thumbnails:
    """A picture (3, S, S) in [0, 1] a bin, None for an empty one: `originals` and `views` by their
    own score value, `strong_views` by their strength above their own `strong_originals`."""

    originals: Pictures
    views: Pictures
    strong_originals: Pictures
    strong_views: Pictures


def histogram_png(
    scores: Bins, strengths: Bins, thumbnails: Thumbnails | None, lab: Lab, policy: Policy
) -> bytes:
    """PNG bytes. The same input gives the same bytes."""
    thumb = _thumb_inches(scores)
    rows = 2 * (thumb + _GAP) if thumbnails is not None else 0.0
    block = _TITLE + _PLOT + rows + _AXIS
    figure = Figure(figsize=(_WIDE, _HEAD + 2 * block), dpi=150)
    for place, bins in enumerate((scores, strengths)):
        top = _HEAD + place * block + _TITLE
        axes = _placed(figure, _LEFT, top, _WIDE - _LEFT - _RIGHT, _PLOT)
        _bars(axes, bins)
        if place == 0:
            panel_title(axes, "Score value S: mean over σ of ln(σ · norm) [nats]")
        else:
            panel_title(axes, "Strength of the view; 1 is as far as an unrelated image")
        if thumbnails is not None:
            below = top + _PLOT + 0.42
            _rows(figure, below, thumb, thumbnails, is_strength=place == 1)
    images = f"{len(lab.originals):,} images of {lab.side} px, one view each, seed {lab.seed}"
    shown = "; an example under each bin, the nearest to its middle" if thumbnails else ""
    title = f"Images, and their views by {printable(policy.name)}"
    heading(figure, title, [f"{images}; the outermost bins hold what lies beyond{shown}"])
    return png_of(figure)


def _thumb_inches(bins: Bins) -> float:
    return (_WIDE - _LEFT - _RIGHT) / (len(bins.edges) - 1)


def _placed(figure: Figure, left: float, top: float, wide: float, tall: float) -> Axes:
    """Axes at a place in inches from the top left corner."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    return figure.add_axes((left / width, 1 - (top + tall) / height, wide / width, tall / height))


def _bars(axes: Axes, bins: Bins) -> None:
    for name, colour in (("originals", _ORIGINALS), ("views", _VIEWS)):
        if name in bins.counts:
            shares = bins.shares(name)
            axes.stairs(shares, bins.edges, fill=True, color=colour, alpha=0.3)
            axes.stairs(shares, bins.edges, color=colour, lw=1.6, label=name, baseline=None)
    axes.set_xlim(bins.edges[0], bins.edges[-1])
    axes.set_ylim(0, 1.08 * max(float(bins.shares(name).max()) for name in bins.counts))
    bare(axes)
    axes.tick_params(labelsize=8)
    axes.set_ylabel("images [%]", fontsize=8, color=FAINT, fontfamily=FONT)
    if "originals" in bins.counts:
        axes.legend(frameon=False, prop={"family": FONT, "size": 8}, labelcolor=INK)


def _rows(
    figure: Figure, top: float, thumb: float, thumbnails: Thumbnails, *, is_strength: bool
) -> None:
    both = (
        (thumbnails.strong_originals, thumbnails.strong_views)
        if is_strength
        else (thumbnails.originals, thumbnails.views)
    )
    height, width = figure.get_figheight(), figure.get_figwidth()
    for row, (name, pictures) in enumerate(zip(("originals", "views"), both, strict=True)):
        above = top + row * (thumb + _GAP)
        figure.text(
            *((_LEFT - 0.08) / width, 1 - (above + thumb / 2) / height, name),
            fontsize=8,
            color=INK,
            ha="right",
            va="center",
            fontfamily=FONT,
        )
        for place, picture in enumerate(pictures):
            if picture is not None:
                side = thumb - _GAP
                axes = _placed(figure, _LEFT + place * thumb + _GAP / 2, above, side, side)
                axes.imshow(picture.movedim(0, -1).numpy(), interpolation="nearest")
                axes.set_axis_off()
