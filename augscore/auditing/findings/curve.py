"""How strong an operation is along one of its magnitudes, as findings of shape read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from augscore.auditing.anatomy.part import Axis, Part
from augscore.auditing.columns import Floats
from augscore.auditing.findings.evidence import FEWEST_IMAGES, Evidence
from augscore.keys import ImageId

Value = TypeVar("Value", np.float64, np.bool_)


@dataclass(frozen=True)
class Curve:
    """An axis of a part at the places `levels` of it, weakest first.

    `relative` is the strength over that of unrelated images and `rms` the pixel RMS over theirs,
    both (M, L) of the M images that have every level, whose places are `images`; `gained` (M, L) is
    the share of values at 0 or 1 above the original's.
    """

    place: int
    part: Part
    axis: Axis
    levels: tuple[int, ...]
    images: tuple[int, ...]
    relative: Floats
    rms: Floats
    gained: Floats

    @property
    def name(self) -> str:
        return f"{self.part.path}, {self.axis.name}"

    @property
    def key(self) -> tuple[int, str]:
        return self.place, self.axis.name

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(self.axis.levels[k] for k in self.levels)

    @property
    def means(self) -> Floats:
        means: Floats = self.relative.mean(axis=0)
        return means

    @property
    def reach(self) -> float:
        """From the weakest to the strongest level, in relative strength."""
        return float(np.ptp(self.means))

    def at(self, level: int) -> str:
        """The value at place `level` of the curve, with its unit."""
        return f"{self.values[level]:g} {self.axis.unit}".strip()


def curves_of(evidence: Evidence, *, fewest: int = 2) -> tuple[Curve, ...]:
    """Every axis of at least `fewest` levels, as it is."""
    return _curves(evidence, fewest, lambda axis: (tuple(range(len(axis.levels))),))


def sides_in(evidence: Evidence, *, fewest: int = 3) -> tuple[Curve, ...]:
    """The same, with an axis whose weakest value lies inside as its two sides."""
    return _curves(evidence, fewest, sides_of)


def sides_of(axis: Axis) -> tuple[tuple[int, ...], ...]:
    """Places of an axis' levels, weakest first: all of them, or, where the weakest value lies
    inside, those on either side of it, both with the weakest itself. None of an axis that is not
    ordered."""
    if not axis.is_ordered:
        return ()
    centre = weakest_of(axis)
    places = range(len(axis.levels))
    if centre is None or not min(axis.levels) < centre < max(axis.levels):
        return (tuple(places),)
    below = _outwards(axis, centre, (k for k in places if axis.levels[k] <= centre))
    above = _outwards(axis, centre, (k for k in places if axis.levels[k] >= centre))
    return (below, above)


def weakest_of(axis: Axis) -> float | None:
    return axis.neutral if axis.weakest is None else axis.weakest


def ids_of(curve: Curve, evidence: Evidence, worth: Floats) -> tuple[ImageId, ...]:
    """Those of the curve's images with the highest `worth` (M,)."""
    whole = np.full(evidence.columns.images, -np.inf)
    whole[list(curve.images)] = worth
    return evidence.images(whole)


def _outwards(axis: Axis, centre: float, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(places, key=lambda k: abs(axis.levels[k] - centre)))


def _curves(
    evidence: Evidence, fewest: int, runs: Callable[[Axis], tuple[tuple[int, ...], ...]]
) -> tuple[Curve, ...]:
    """Of axes that at least 50 images were turned through; nothing without a scale."""
    return tuple(
        curve
        for place in evidence.lively
        for number, axis in enumerate(evidence.parts[place].axes)
        for levels in runs(axis)
        if (curve := _curve(evidence, place, number, levels)) is not None
        if len(curve.levels) >= fewest
    )


def _curve(evidence: Evidence, place: int, number: int, levels: tuple[int, ...]) -> Curve | None:
    """Without the levels at which the operation broke, if others are left."""
    scale, part = evidence.scale, evidence.parts[place]
    raw = evidence.columns.curves[place][number]
    known = ~np.isnan(raw.readings.strength)
    enough = known.sum(axis=0) >= FEWEST_IMAGES
    kept = tuple(level for level in levels if enough[level])
    whole = np.flatnonzero(_columns(known, kept).all(axis=1))
    short = not kept or len(whole) < FEWEST_IMAGES
    if short or not scale.unrelated_strength or not scale.unrelated_rms:
        return None
    return Curve(
        place=place,
        part=part,
        axis=part.axes[number],
        levels=kept,
        images=tuple(whole.tolist()),
        relative=_columns(raw.readings.strength, kept)[whole] / scale.unrelated_strength,
        rms=_columns(raw.readings.rms, kept)[whole] / scale.unrelated_rms,
        gained=_columns(raw.gained, kept)[whole],
    )


def _columns(values: npt.NDArray[Value], levels: tuple[int, ...]) -> npt.NDArray[Value]:
    return values[:, np.array(levels, dtype=np.int64)]
