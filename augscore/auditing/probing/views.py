"""The whole policy on a batch: every view, and then its operations one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import torch

from augscore.auditing.anatomy.parts import pipeline_of, places_of
from augscore.auditing.probing.guard import Size
from augscore.auditing.probing.lab import Bench, Lab
from augscore.auditing.probing.pixels import digest_of, pixels_of
from augscore.auditing.probing.readings import UNCHANGED, Seen, read_pictures, see_pictures
from augscore.auditing.probing.sizes import Returned, returned_by
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.table import PartReading, Reading, ViewRecord
from augscore.engine.column import Column
from augscore.engine.draw import Draw, Drawn, ViewDraw
from augscore.engine.foreign_draw import ForeignDraw


@dataclass(frozen=True)
class Viewed:
    """One view of a batch by a pipeline: a record an image, what the network sees, None where it
    broke, and what a transform of another library returned that resizes, None where none does."""

    pipeline: int
    records: list[ViewRecord]
    seen: list[Seen | None]
    returned: list[Returned | None]


def view_batch(bench: Bench, lab: Lab, drawn: Draw, number: int, probed: Sequence[int]) -> Viewed:
    """View `number` of every image; operation by operation for the images at places `probed`."""
    view = drawn.views[number]
    pipeline = pipeline_of(lab.policy, number)
    places = places_of(view.steps, lab.probes, pipeline)
    sizes: dict[tuple[int, int], Size] = {}
    pictures, faults = tolerant_view(
        bench.images,
        view,
        parts=places,
        patience=lab.patience,
        returned=lambda place, key, size: sizes.update({(place, key): size}),
    )
    good = [(place, picture) for place, picture in enumerate(pictures) if picture is not None]
    seen = dict(
        zip((p for p, _ in good), see_pictures(good, bench.originals, lab.scorer), strict=True)
    )
    acted = _acted(bench, lab, view, places)
    applied = [_applied(view.steps, places, image, acted) for image in range(len(bench.ids))]
    parts = _parts(bench, lab, view, places, probed, applied)
    records = []
    for place, picture in enumerate(pictures):
        fault = faults[place]
        if picture is None:
            alone = tuple(parts[place])
            records.append(ViewRecord(number, None, None, applied[place], alone, fault=fault))
            continue
        reading, facts = seen[place][0], pixels_of(picture)
        own = _lone(applied[place], reading) if place in probed else ()
        own = own or tuple(parts[place])
        digest = digest_of(picture)
        records.append(ViewRecord(number, reading, facts, applied[place], own, digest, fault))
    return Viewed(
        pipeline,
        records,
        [seen[place][1] if place in seen else None for place in range(len(records))],
        [returned_by(view.steps, places, image, sizes) for image in range(len(records))],
    )


def _applied(
    steps: Sequence[Drawn],
    places: Sequence[int | None],
    image: int,
    acted: Mapping[int, Sequence[bool]],
) -> tuple[int, ...]:
    found = {
        place
        for step, place in zip(steps, places, strict=True)
        if place is not None and bool(step.applied[image]) and _did(acted.get(place), image)
    }
    return tuple(sorted(found))


def _did(acted: Sequence[bool] | None, image: int) -> bool:
    return acted is None or acted[image]


def _acted(
    bench: Bench, lab: Lab, view: ViewDraw, places: Sequence[int | None]
) -> dict[int, Sequence[bool]]:
    """Transforms of other libraries keep their chance to themselves: they are taken to be applied
    where they change a pixel of the original."""
    found: dict[int, Sequence[bool]] = {}
    for step, place in zip(view.steps, places, strict=True):
        if place is not None and isinstance(step, ForeignDraw):
            mine = [other == place for other in places]
            pictures, _ = tolerant_view(bench.images, _only(view, mine), patience=lab.patience)
            found[place] = [
                picture is None or not torch.equal(picture, original)
                for picture, original in zip(pictures, bench.originals.pixels, strict=True)
            ]
    return found


def _lone(applied: tuple[int, ...], reading: Reading) -> tuple[PartReading, ...]:
    """A view that one operation alone has made reads what that operation does."""
    return (PartReading(applied[0], reading, UNCHANGED),) if len(applied) == 1 else ()


def _parts(
    bench: Bench,
    lab: Lab,
    view: ViewDraw,
    places: Sequence[int | None],
    probed: Sequence[int],
    applied: Sequence[tuple[int, ...]],
) -> dict[int, list[PartReading]]:
    """For each image what its operations do alone, and what the view reads without each.

    All pictures are made first: the network sees many small ones at once.
    """
    asked: list[tuple[int, int]] = []
    pictures: list[torch.Tensor | None] = []
    for part in sorted({place for place in places if place is not None}):
        images = [i for i in probed if part in applied[i] and len(applied[i]) > 1]
        if images:
            some = view.select(images)
            mine = [place == part for place in places]
            given = [bench.images[i] for i in images]
            alone, _ = tolerant_view(given, _only(some, mine), patience=lab.patience)
            without, _ = tolerant_view(given, _without(some, mine), patience=lab.patience)
            asked += [(part, image) for image in images]
            pictures += [p for both in zip(alone, without, strict=True) for p in both]
    owners = [image for _, image in asked for _ in range(2)]
    readings = iter(_readings(bench, lab, owners, pictures))
    found: dict[int, list[PartReading]] = defaultdict(list)
    for part, image in asked:
        found[image].append(PartReading(part, next(readings), next(readings)))
    return found


def _only(view: ViewDraw, mine: Sequence[bool]) -> ViewDraw:
    steps = (step for step, own in zip(view.steps, mine, strict=True) if own)
    return ViewDraw(view.size, tuple(steps))


def _without(view: ViewDraw, mine: Sequence[bool]) -> ViewDraw:
    """With the same draws of all others."""
    steps = (_left_out(s) if own else s for s, own in zip(view.steps, mine, strict=True))
    return ViewDraw(view.size, tuple(steps))


def _left_out(step: Drawn) -> Drawn:
    return replace(step, applied=Column(torch.zeros_like(step.applied.numbers)))


def _readings(
    bench: Bench, lab: Lab, images: Sequence[int], pictures: Sequence[torch.Tensor | None]
) -> list[Reading | None]:
    good = [(i, p) for i, p in zip(images, pictures, strict=True) if p is not None]
    readings = iter(read_pictures(good, bench.originals, lab.scorer))
    return [None if picture is None else next(readings) for picture in pictures]
