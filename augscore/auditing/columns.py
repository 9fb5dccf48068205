"""A table as arrays: what was measured of images, views, parts and levels, NaN for missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augscore.auditing.table import ImageRecord, LevelRecord, Pixels, Reading, Table, ViewRecord
from augscore.keys import ImageId

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NAN = float("nan")

DESTROYED_SD = 0.1
"""Of the original's sd: under it little is left to see."""

DESTROYED_CONSTANT = 0.95
"""Share of values that are all one."""

BLANK_SD = 0.02
"""An original with less has nothing to lose."""


@dataclass(frozen=True)
class Readings:
    """Arrays of one shape: raw strength, pixel RMS in [0, 1], signed shift of the score value."""

    strength: Floats
    rms: Floats
    shift: Floats


@dataclass(frozen=True)
class CurveColumns:
    """A part alone at the L levels of an axis: all (N, L).

    `gained` is the share of values at 0 or 1 above the original's; `destroyed` is 1 for a picture
    with nothing left to see, 0 for others, NaN where the original is blank.
    """

    readings: Readings
    clipped: Floats
    gained: Floats
    destroyed: Floats


@dataclass(frozen=True)
class Columns:
    """N images, K views each, P parts.

    `ranks` (N,) are the images' places in the draw of the seed; the first of them were probed.
    `views` (N, K) against originals, `between` (N, K − 1) consecutive ones, `floor` and `unrelated`
    (N,). `applied` (N, K, P) is 1 or 0, NaN for views that another view of the policy drew, or that
    were not drawn. `alone` and `without` (N, K, P): a part by itself, and the view without it.
    `destroyed` (N, K) as for curves; `ends` (N, K, 2) the lowest and highest value of a view.
    `curves` has one entry for each axis of each part.
    """

    ids: tuple[ImageId, ...]
    ranks: npt.NDArray[np.int64]
    labels: tuple[str | None, ...]
    floor: Readings
    unrelated: Readings
    views: Readings
    between: Readings
    applied: Floats
    alone: Readings
    without: Readings
    destroyed: Floats
    ends: Floats
    curves: tuple[tuple[CurveColumns, ...], ...]

    @property
    def images(self) -> int:
        return len(self.ids)


def columns_of(table: Table) -> Columns:
    """Rows stand in the order of `table.records`, views in that of an image's views."""
    records = table.records
    shape = (len(records), max((len(record.views) for record in records), default=0))
    alone, without = _part_readings(table, shape)
    return Columns(
        ids=tuple(record.id for record in records),
        ranks=np.array([record.place for record in records], dtype=np.int64),
        labels=tuple(record.label for record in records),
        floor=_readings((len(records),), ((i, r.floor) for i, r in enumerate(records))),
        unrelated=_readings((len(records),), ((i, r.unrelated) for i, r in enumerate(records))),
        views=_readings(shape, ((place, view.reading) for place, _, view in _views(records))),
        between=_between(records),
        applied=_applied(table, shape),
        alone=alone,
        without=without,
        destroyed=_of_views(records, shape, lambda r, view: destroyed(r.pixels, view.pixels)),
        ends=_ends(records, shape),
        curves=_curves(table),
    )


def destroyed(original: Pixels, picture: Pixels | None) -> float:
    """1 for a picture with less than a tenth of the original's sd, or of which 95 % of the values
    are one; 0 for others; NaN for a blank original (sd < 0.02) or no picture."""
    if picture is None or original.sd < BLANK_SD:
        return NAN
    flat = picture.sd < DESTROYED_SD * original.sd
    newly_constant = picture.constant >= DESTROYED_CONSTANT > original.constant
    return float(flat or newly_constant)


def _views(
    records: Sequence[ImageRecord],
) -> Iterable[tuple[tuple[int, int], ImageRecord, ViewRecord]]:
    for i, record in enumerate(records):
        for k, view in enumerate(record.views):
            yield (i, k), record, view


def _readings(
    shape: tuple[int, ...], found: Iterable[tuple[int | tuple[int, ...], Reading | None]]
) -> Readings:
    strength, rms, shift = (np.full(shape, NAN) for _ in range(3))
    for place, reading in found:
        if reading is not None:
            strength[place], rms[place] = reading.strength, reading.rms
            shift[place] = NAN if reading.shift is None else reading.shift
    return Readings(strength, rms, shift)


def _between(records: Sequence[ImageRecord]) -> Readings:
    shape = (len(records), max((len(record.between) for record in records), default=0))
    return _readings(
        shape,
        (((i, k), r) for i, record in enumerate(records) for k, r in enumerate(record.between)),
    )


def _of_views(
    records: Sequence[ImageRecord],
    shape: tuple[int, int],
    value: Callable[[ImageRecord, ViewRecord], float],
) -> Floats:
    values = np.full(shape, NAN)
    for place, record, view in _views(records):
        values[place] = value(record, view)
    return values


def _ends(records: Sequence[ImageRecord], shape: tuple[int, int]) -> Floats:
    ends = np.full((*shape, 2), NAN)
    for place, _, view in _views(records):
        if view.pixels is not None:
            ends[place] = view.pixels.low, view.pixels.high
    return ends


def _applied(table: Table, shape: tuple[int, int]) -> Floats:
    own = np.array([p.view if p.is_observed else -1 for p in table.parts], dtype=np.int64)
    applied = np.full((*shape, len(table.parts)), NAN)
    for place, _, view in _views(table.records):
        pipeline = table.pipelines[view.number % len(table.pipelines)]
        applied[place][own == pipeline] = 0.0
        applied[place][list(view.applied)] = 1.0
    return applied


def _part_readings(table: Table, shape: tuple[int, int]) -> tuple[Readings, Readings]:
    parts = [
        ((*place, measured.part), measured)
        for place, _, view in _views(table.records)
        for measured in view.parts
    ]
    whole = (*shape, len(table.parts))
    return (
        _readings(whole, ((place, measured.alone) for place, measured in parts)),
        _readings(whole, ((place, measured.without) for place, measured in parts)),
    )


def _curves(table: Table) -> tuple[tuple[CurveColumns, ...], ...]:
    found: dict[tuple[int, int], list[tuple[int, ImageRecord, LevelRecord]]] = {}
    for i, record in enumerate(table.records):
        for level in record.levels:
            found.setdefault((level.part, level.axis), []).append((i, record, level))
    images = len(table.records)
    return tuple(
        tuple(
            _curve(found.get((p, a), []), (images, len(axis.levels)))
            for a, axis in enumerate(part.axes)
        )
        for p, part in enumerate(table.parts)
    )


def _curve(
    levels: Sequence[tuple[int, ImageRecord, LevelRecord]], shape: tuple[int, int]
) -> CurveColumns:
    clipped, gained, gone = (np.full(shape, NAN) for _ in range(3))
    for i, record, level in levels:
        gone[i, level.level] = destroyed(record.pixels, level.pixels)
        if level.pixels is not None:
            clipped[i, level.level] = level.pixels.clipped
            gained[i, level.level] = level.pixels.clipped - record.pixels.clipped
    readings = _readings(shape, (((i, level.level), level.reading) for i, _, level in levels))
    return CurveColumns(readings, clipped, gained, gone)
