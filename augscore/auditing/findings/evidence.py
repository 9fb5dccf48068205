"""What all findings are made from: a table, its arrays and its scale."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from augscore.auditing.audit import Scale
from augscore.auditing.columns import Columns, CurveColumns, Floats, columns_of
from augscore.auditing.part import Axis, Part
from augscore.auditing.scale import scale_of
from augscore.auditing.table import Table
from augscore.keys import ImageId

FEWEST_IMAGES = 50
"""Under this, intervals of long-tailed strengths cannot be trusted, and only facts are told."""

_SHOWN = 3


@dataclass(frozen=True)
class Evidence:
    """`alpha` is the error rate of one kind of finding over all parts, `seed` that of resampling."""

    table: Table
    columns: Columns
    scale: Scale
    seed: int
    alpha: float

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.table.parts

    @property
    def lively(self) -> tuple[int, ...]:
        """Places of the parts that are meant to do something."""
        return tuple(place for place, part in enumerate(self.parts) if not part.neutral)

    def images(self, worth: Floats) -> tuple[ImageId, ...]:
        """Up to three images that show it best: those with the highest `worth` (N,)."""
        order = np.argsort(-worth, kind="stable")[:_SHOWN]
        return tuple(self.columns.ids[i] for i in order.tolist() if worth[i] > -np.inf)


@dataclass(frozen=True)
class CurveView:
    """One axis of one part, at the places `levels` of it, weakest first: `relative` strength and
    `rms` over that of unrelated images, both (N, L) of the images that have every level."""

    place: int
    part: Part
    axis: Axis
    levels: tuple[int, ...]
    relative: Floats
    rms: Floats
    raw: CurveColumns

    @property
    def name(self) -> str:
        return f"the {self.axis.name} of {self.part.path}"

    def value(self, level: int) -> str:
        """The value at place `level` of this side, with its unit."""
        return f"{self.axis.levels[self.levels[level]]:g} {self.axis.unit}".strip()


def gather(table: Table, *, seed: int, alpha: float) -> Evidence:
    columns = columns_of(table)
    return Evidence(table, columns, scale_of(columns), seed, alpha)


def curves_of(evidence: Evidence) -> tuple[CurveView, ...]:
    """Every axis that at least 50 images were turned through, each side of an axis whose weakest
    value lies inside by itself; nothing without a scale."""
    scale = evidence.scale
    if scale.unrelated_strength is None or scale.unrelated_rms is None:
        return ()
    found = []
    for place, part in enumerate(evidence.parts):
        for axis, raw in zip(part.axes, evidence.columns.curves[place], strict=True):
            for levels in sides_of(axis):
                strength = raw.readings.strength[:, list(levels)]
                whole = ~np.isnan(strength).any(axis=1)
                if whole.sum() >= FEWEST_IMAGES:
                    relative = strength[whole] / scale.unrelated_strength
                    rms = raw.readings.rms[np.ix_(whole, levels)] / scale.unrelated_rms
                    found.append(CurveView(place, part, axis, levels, relative, rms, raw))
    return tuple(found)


def sides_of(axis: Axis) -> tuple[tuple[int, ...], ...]:
    """Places of an axis' levels, weakest first: all of them, or, where the weakest value lies
    inside, those on either side of it with the weakest itself."""
    centre = axis.neutral if axis.weakest is None else axis.weakest
    places = range(len(axis.levels))
    if centre is None or not min(axis.levels) < centre < max(axis.levels):
        return (tuple(places),)
    below = _outwards(axis, centre, (k for k in places if axis.levels[k] <= centre))
    above = _outwards(axis, centre, (k for k in places if axis.levels[k] >= centre))
    return (below, above)


def _outwards(axis: Axis, centre: float, places: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(places, key=lambda k: abs(axis.levels[k] - centre)))
