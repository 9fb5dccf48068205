"""Made-up tables of measurements of clean policies, for faults to be planted in."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from augscore.auditing.anatomy.part import Axis, Part
from augscore.auditing.table import (
    ImageRecord,
    LevelRecord,
    PartReading,
    Pixels,
    Reading,
    Table,
    ViewRecord,
)

UNRELATED_STRENGTH, UNRELATED_RMS = 0.8, 0.3
PLAIN = Pixels(sd=0.25, clipped=0.02, constant=0.01, low=0.0, high=1.0)
BLACK = Pixels(sd=0.0, clipped=1.0, constant=1.0, low=0.0, high=0.0)
LEVELS = (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0)


@dataclass(frozen=True)
class Op:
    """An operation: how strong it is alone over unrelated images, and along its axis.

    `rms` None: the same. `curve` is the relative strength at each of the axis' levels, `curve_rms`
    None: the same. `spread` is the log-normal sd from draw to draw.
    """

    name: str
    chance: float = 0.5
    relative: float = 0.3
    rms: float | None = None
    curve: tuple[float, ...] = ()
    curve_rms: tuple[float, ...] | None = None
    axis: Axis | None = None
    spread: float = 0.4
    view: int = 0
    neutral: str = ""
    magnitude_free: bool = False

    def part(self) -> Part:
        axis = self.axis or Axis("level", "of 30", LEVELS[: len(self.curve)], set_to=None)
        axes = (axis,) if self.curve else ()
        return Part(
            self.name,
            self.name.split(" ")[0],
            self.view,
            self.chance,
            axes,
            self.neutral,
            self.magnitude_free,
        )


RISING = (0.0, 0.08, 0.15, 0.21, 0.27, 0.32, 0.36)
CLEAN = (
    Op("Crop", chance=1.0, relative=0.45),
    Op("Flip", chance=0.5, relative=0.35, magnitude_free=True),
    Op("Brightness", chance=0.8, relative=0.2, curve=RISING),
    Op("Contrast", chance=0.8, relative=0.15, curve=RISING),
)


def table(
    ops: Sequence[Op] = CLEAN,
    *,
    images: int = 80,
    draws: int = 4,
    seed: int = 0,
    pipelines: tuple[int, ...] = (0,),
    classes: int = 0,
    sizes: Sequence[float] = (),
    choose: int = 0,
) -> Table:
    """A table as the probe would make it: strengths add up as independent steps do, images differ
    in how far they move, and the same image and draw is behind every level of a curve.

    `sizes`: what to draw an image's factor from; by default it is log-normal with a mean of 1.
    `choose`: how many operations a view has, drawn from all and the identity, as RandAugment does.
    """
    random = np.random.default_rng(seed)
    pool = np.array(sizes)
    records = tuple(
        _record(
            i,
            ops,
            draws,
            random,
            pipelines,
            f"class {i % classes}" if classes else None,
            float(random.choice(pool)) if len(pool) else random.lognormal(-0.045, 0.3),
            choose,
        )
        for i in range(images)
    )
    return Table(tuple(op.part() for op in ops), records, pipelines)


def changed(given: Table, change: Callable[[int, ImageRecord], ImageRecord]) -> Table:
    """The table with every record, and its place, through a function."""
    return replace(given, records=tuple(change(i, r) for i, r in enumerate(given.records)))


def with_views(given: Table, change: Callable[[int, int, ViewRecord], ViewRecord]) -> Table:
    """The table with every view (place of the image, of the view, record) through a function."""

    def one(i: int, record: ImageRecord) -> ImageRecord:
        views = tuple(change(i, k, view) for k, view in enumerate(record.views))
        return replace(record, views=views)

    return changed(given, one)


def with_levels(given: Table, change: Callable[[int, LevelRecord], LevelRecord]) -> Table:
    """The table with every level (place of the image, record) through a function."""

    def one(i: int, record: ImageRecord) -> ImageRecord:
        return replace(record, levels=tuple(change(i, level) for level in record.levels))

    return changed(given, one)


def _record(
    i: int,
    ops: Sequence[Op],
    draws: int,
    random: np.random.Generator,
    pipelines: tuple[int, ...],
    label: str | None,
    own: float,
    choose: int,
) -> ImageRecord:
    views = tuple(_view(k, ops, own, random, pipelines, choose) for k in range(draws))
    far = random.lognormal(-0.02, 0.2)
    return ImageRecord(
        id=f"{i:04d}.png",
        label=label,
        pixels=PLAIN,
        floor=Reading(random.uniform(0, 0.005), random.uniform(0, 0.002)),
        unrelated=Reading(UNRELATED_STRENGTH * far, UNRELATED_RMS * far),
        views=views,
        between=tuple(_between(a, b) for a, b in zip(views[::2], views[1::2], strict=False)),
        levels=_levels(ops, own, random),
        replayed=0.0 if i < 8 else None,
    )


def _view(
    number: int,
    ops: Sequence[Op],
    own: float,
    random: np.random.Generator,
    pipelines: tuple[int, ...],
    choose: int,
) -> ViewRecord:
    applied = _applied(ops, random, pipelines[number % len(pipelines)], choose)
    alone = {}
    for place in applied:
        op = ops[place]
        size = own * random.lognormal(-(op.spread**2) / 2, op.spread)
        rms = op.relative if op.rms is None else op.rms
        alone[place] = (op.relative * size, rms * size)
    parts = tuple(
        PartReading(
            place,
            _reading(*alone[place]),
            _together([alone[other] for other in applied if other != place]),
        )
        for place in applied
    )
    reading = _together(list(alone.values()))
    return ViewRecord(number, reading, PLAIN, applied, parts, digest=str(random.random()))


def _applied(
    ops: Sequence[Op], random: np.random.Generator, pipeline: int, choose: int
) -> tuple[int, ...]:
    if choose:
        chosen = set(random.integers(0, len(ops) + 1, choose).tolist())
        return tuple(sorted(place for place in chosen if place < len(ops)))
    return tuple(
        place for place, op in enumerate(ops) if op.view == pipeline and random.random() < op.chance
    )


def _together(alone: Sequence[tuple[float, float]]) -> Reading:
    return _reading(math.hypot(*(s for s, _ in alone)), math.hypot(*(r for _, r in alone)))


def _reading(relative: float, relative_rms: float) -> Reading:
    return Reading(UNRELATED_STRENGTH * relative, UNRELATED_RMS * relative_rms)


def _between(a: ViewRecord, b: ViewRecord) -> Reading | None:
    if a.reading is None or b.reading is None:
        return None
    return Reading(
        0.8 * math.hypot(a.reading.strength, b.reading.strength),
        math.hypot(a.reading.rms, b.reading.rms),
    )


def _levels(ops: Sequence[Op], own: float, random: np.random.Generator) -> tuple[LevelRecord, ...]:
    found = []
    for place, op in enumerate(ops):
        size = own * random.lognormal(-0.02, 0.2)
        rms = op.curve if op.curve_rms is None else op.curve_rms
        for level, (strength, pixels) in enumerate(zip(op.curve, rms, strict=True)):
            bit = random.lognormal(-0.00125, 0.05)
            found.append(
                LevelRecord(
                    place, 0, level, _reading(strength * size * bit, pixels * size * bit), PLAIN
                )
            )
    return tuple(found)
