"""What every chart of the page shares: scales, ticks, paths, and the columns that tell a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup
from matplotlib.ticker import MaxNLocator

from augscore.auditing.report.page.markup import fill, joined
from augscore.auditing.report.page.numbers import number

Point = tuple[float, float]


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` to places from `start` to `end`, linearly."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(self.start + share * (self.end - self.start), 2)


@dataclass(frozen=True)
class Frame:
    """A picture of `width` × `height` with room for labels around what is drawn."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    @property
    def inner_right(self) -> float:
        return self.width - self.right

    @property
    def inner_bottom(self) -> float:
        return self.height - self.bottom


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round values within the bounds."""
    found = MaxNLocator(most, steps=[1, 2, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(tick) for tick in found if low - slack <= tick <= high + slack]


def levels_of(frame: Frame, scale: Scale, values: Sequence[float]) -> Markup:
    """Horizontal lines of the grid, with their values on the left."""
    return joined(
        fill(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text class="tick end" x="{}" y="{}">{}</text>',
            *(frame.left, frame.inner_right, scale(value), scale(value)),
            *(frame.left - 5, scale(value) + 3.5, number(value)),
        )
        for value in values
    )


def path(points: Sequence[Point]) -> str:
    """Points as the attribute of a polyline or polygon."""
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def columns(frame: Frame, places: Sequence[float], tips: Sequence[str]) -> Markup:
    """An unseen column around each place, which tells its value to a pointer or the keyboard."""
    middles = [(a + b) / 2 for a, b in pairwise(places)]
    starts, ends = [frame.left, *middles], [*middles, frame.inner_right]
    return joined(
        fill(
            '<rect class="hit" x="{}" y="{}" width="{}" height="{}" data-tip="{}"/>',
            *(round(start, 2), frame.top, round(max(end - start, 0), 2)),
            *(frame.inner_bottom - frame.top, tip),
        )
        for start, end, tip in zip(starts, ends, tips, strict=True)
    )
