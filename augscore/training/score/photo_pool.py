"""From files to the crops of a score network: read once, held in memory at several scales."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from augscore import keys
from augscore.images.records import Picture, Read, Skipped
from augscore.runtime import Progress, ProgressSink
from augscore.score.crops import CropPool
from augscore.training.score.scales import Scales, at_sides, sides_for
from augscore.training.score.source import Source

FEWEST_IMAGES = 2
HELD_OUT_SHARE = 0.1
MEMORY_BUDGET = 1 << 30


@dataclass(frozen=True)
class PhotoPool:
    """Crops to train on, crops held out by photograph, a digest of all pixels used."""

    train: CropPool
    held_out: CropPool
    fingerprint: str
    skipped: tuple[Skipped, ...]

    @property
    def image_counts(self) -> tuple[int, int]:
        return len(self.train.images), len(self.held_out.images)


def load_photo_pool(
    reads: Iterable[Read], scales: Scales, *, expected: int, seed: int
) -> PhotoPool:
    """Split by photograph: the tenth with the smallest keys is held out, at least one."""
    per_image = MEMORY_BUDGET // max(1, expected)
    images: list[tuple[int, tuple[torch.Tensor, ...]]] = []
    skipped: list[Skipped] = []
    digest = hashlib.sha256()
    for read in reads:
        if isinstance(read, Skipped):
            skipped.append(read)
        elif isinstance(read, Picture):
            versions = _versions(read, scales, per_image)
            if not versions:
                skipped.append(Skipped(str(read.id), "too_small", f"short side < {scales.crop} px"))
                continue
            digest.update(f"{read.id}\0".encode("utf-8", "surrogateescape"))
            digest.update(hashlib.sha256(read.pixels.numpy().tobytes()).digest())
            images.append((_rank(read, seed), versions))
    return _split(images, scales.crop, digest.hexdigest(), tuple(skipped))


def read_pool(
    source: Source, scales: Scales, *, seed: int, workers: int, progress: ProgressSink
) -> PhotoPool:
    """All images of a source, with progress."""

    def counted() -> Iterator[Read]:
        for done, item in enumerate(source.reads(workers)):
            progress(Progress("reading", done + 1, len(source), "images"))
            yield item

    return load_photo_pool(counted(), scales, expected=len(source), seed=seed)


def _versions(picture: Picture, scales: Scales, budget: int) -> tuple[torch.Tensor, ...]:
    """All scales where memory allows; otherwise one, chosen by the image's key."""
    height, width = picture.pixels.shape[-2:]
    sides = sides_for(height, width, scales)
    aspect = max(height, width) / min(height, width)
    if sum(3 * side * side * aspect for side in sides) > budget:
        sides = (sides[keys.image_key(picture.id) % len(sides)],)
    return at_sides(picture.pixels, sides)


def _rank(picture: Picture, seed: int) -> int:
    key = keys.image_keys([picture.id])
    return int(keys.field_keys(key, keys.slot("split", 0, "held_out"), seed=seed)[0])


def _split(
    images: list[tuple[int, tuple[torch.Tensor, ...]]],
    crop: int,
    fingerprint: str,
    skipped: tuple[Skipped, ...],
) -> PhotoPool:
    held_out = max(1, round(HELD_OUT_SHARE * len(images)))
    chosen = set(sorted(range(len(images)), key=lambda i: images[i][0])[:held_out])
    train = tuple(v for i, (_, v) in enumerate(images) if i not in chosen)
    kept_back = tuple(v for i, (_, v) in enumerate(images) if i in chosen)
    return PhotoPool(CropPool(train, crop), CropPool(kept_back, crop), fingerprint, skipped)
