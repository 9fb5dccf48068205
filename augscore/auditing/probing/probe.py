"""A batch of images under a policy → one record an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from augscore.auditing.probing.lab import Bench, Lab
from augscore.auditing.probing.levels import probe_levels
from augscore.auditing.probing.pixels import pixels_of
from augscore.auditing.probing.readings import Originals, Seen, between, read_pictures
from augscore.auditing.probing.sizes import faults_of_sizes
from augscore.auditing.probing.tolerant import tolerant_view
from augscore.auditing.probing.views import Viewed, view_batch
from augscore.auditing.table import ImageRecord, Reading, ViewRecord
from augscore.engine.draw import Draw
from augscore.engine.drawing.view import draw
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId


@dataclass(frozen=True)
class Taken:
    """A decoded image, uint8 (3, H, W); `place` is its rank among those drawn from the data."""

    id: ImageId
    place: int
    pixels: torch.Tensor
    label: str | None
    digest: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Depth:
    """Up to which places images are probed operation by operation, and their draws made again."""

    parts: int
    replays: int


def probe_batch(taken: Sequence[Taken], lab: Lab, depth: Depth) -> list[ImageRecord]:
    """One record an image, in order."""
    bench = _bench(taken, lab)
    probed = [n for n, image in enumerate(taken) if image.place < depth.parts]
    drawn = draw(lab.policy, bench.ids, bench.sizes, size=lab.size, seed=lab.seed, views=lab.draws)
    views = [view_batch(bench, lab, drawn, k, probed) for k in range(lab.draws)]
    levels = probe_levels(bench, lab, probed) if probed else {}
    floors = _floors(bench, lab)
    replayed = _replayed(
        bench, lab, drawn, views, [n for n, t in enumerate(taken) if t.place < depth.replays]
    )
    return [
        ImageRecord(
            id=image.id,
            label=image.label,
            pixels=pixels_of(bench.originals.pixels[n]),
            floor=floors[n],
            unrelated=lab.yardstick.reading(image.id, n, bench.originals, lab.scorer),
            views=_of_image(views, n),
            between=_between(views, n, lab),
            levels=tuple(levels.get(n, ())),
            replayed=replayed.get(n),
            notes=image.notes,
            place=image.place,
            digest=image.digest,
        )
        for n, image in enumerate(taken)
    ]


def _bench(taken: Sequence[Taken], lab: Lab) -> Bench:
    pixels = torch.stack([bring_to_size(image.pixels, lab.size) for image in taken])
    originals = Originals.of(pixels, lab.scorer, norms=lab.shifts)
    return Bench(tuple(t.id for t in taken), tuple(t.pixels for t in taken), originals)


def _of_image(views: Sequence[Viewed], image: int) -> tuple[ViewRecord, ...]:
    """Its records; those of another size than others by the same pipeline have that as a fault."""
    records = {}
    for pipeline in {view.pipeline for view in views}:
        own = [view for view in views if view.pipeline == pipeline]
        faults = faults_of_sizes([view.returned[image] for view in own])
        for view, fault in zip(own, faults, strict=True):
            record = view.records[image]
            records[record.number] = replace(record, fault=record.fault or fault)
    return tuple(records[number] for number in sorted(records))


def _floors(bench: Bench, lab: Lab) -> list[Reading]:
    """Each original as 8-bit pixels against itself."""
    coarse = bench.originals.pixels.mul(255).round_().div_(255)
    return read_pictures(list(enumerate(coarse)), bench.originals, lab.scorer)


def _between(views: Sequence[Viewed], image: int, lab: Lab) -> tuple[Reading | None, ...]:
    """Views 1 and 2, 3 and 4, and so on."""
    pairs = zip(views[::2], views[1::2], strict=False)
    return tuple(_pair(a.seen[image], b.seen[image], lab) for a, b in pairs)


def _pair(a: Seen | None, b: Seen | None, lab: Lab) -> Reading | None:
    return None if a is None or b is None else between(a, b, lab.scorer)


def _replayed(
    bench: Bench, lab: Lab, drawn: Draw, views: Sequence[Viewed], images: Sequence[int]
) -> dict[int, float]:
    """The largest difference between a view and the same draw once more."""
    found: dict[int, float] = {}
    for image in images:
        again = drawn.select([image])
        for first, view in zip(views, again.views, strict=True):
            (picture,), _ = tolerant_view([bench.images[image]], view, patience=lab.patience)
            seen = first.seen[image]
            if picture is not None and seen is not None:
                gap = float((picture - seen.pixels).abs().max())
                found[image] = max(gap, found.get(image, 0.0))
    return found
