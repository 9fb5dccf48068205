"""The images of a run, decoded: held in memory where they fit, else decoded again when wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore.errors import InputError
from augscore.images.batches import in_order
from augscore.images.collection import Collection
from augscore.images.records import Picture, Skipped
from augscore.keys import ImageId
from augscore.runtime import Progress, ProgressSink

BUDGET = 2 << 30
"""Bytes of decoded pixels that may be held."""

Pixels = torch.Tensor | list[torch.Tensor]


@dataclass(frozen=True)
class Store:
    """The readable images of a collection, uint8 on the CPU.

    places      of the M readable ones in `images`
    held        (N, 3, H, W) where all are of one size, a list of (3, H, W) where they are not, with
                nothing of worth at places that are not readable; None where they do not fit
    skipped     what cannot be read, and why
    """

    images: Collection
    places: torch.Tensor
    held: Pixels | None
    skipped: tuple[Skipped, ...]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def ids(self) -> list[ImageId]:
        return [self.images.ids[place] for place in self.places.tolist()]

    def held_pixels(self, places: torch.Tensor) -> Pixels:
        """The images at places of the collection, which are held: (B, 3, H, W) or a list."""
        if self.held is None:
            raise ValueError("these images are not held in memory")
        if isinstance(self.held, torch.Tensor):
            return self.held[places]
        return [self.held[place] for place in places.tolist()]

    def decoded(self, place: int) -> torch.Tensor:
        """One image, read again. Raises InputError (`image_lost`) if it no longer can be."""
        read = self.images.read(place)
        if isinstance(read, Skipped):
            raise InputError(
                f"{read.name!r} could be read before and no longer can ({read.reason}: "
                f"{read.detail})",
                code="image_lost",
                hint="Bring it back; the same command then goes on",
            )
        return read.pixels


def joined(pixels: Sequence[torch.Tensor]) -> Pixels:
    """(B, 3, H, W) where all are of one size, else a list."""
    if all(image.shape == pixels[0].shape for image in pixels):
        return torch.stack(list(pixels))
    return list(pixels)


def open_store(
    images: Collection,
    *,
    workers: int,
    budget: int = BUDGET,
    progress: ProgressSink = lambda event: None,
) -> Store:
    """Read every image once, to keep it or only to know that it can be read.

    Raises InputError (`no_images`) where none can.
    """
    holding = _Holding(len(images), budget)
    places: list[int] = []
    skipped = list(images.unreadable)
    for place, read in enumerate(in_order(range(len(images)), images.read, workers=workers)):
        progress(Progress("reading", place + 1, len(images), "images"))
        if isinstance(read, Picture):
            holding.add(place, read.pixels)
            places.append(place)
        else:
            skipped.append(read)
    if not places:
        raise _nothing_to_read(images, skipped)
    return Store(images, torch.tensor(places), holding.pixels, tuple(skipped))


class _Holding:
    """One tensor as long as all images are of one size; a list from the first other one on; nothing
    once the budget is spent."""

    def __init__(self, count: int, budget: int) -> None:
        self._count = count
        self._left = budget
        self.pixels: Pixels | None = []

    def add(self, place: int, image: torch.Tensor) -> None:
        self._left -= image.numel()
        if self._left < 0:
            self.pixels = None
        if self.pixels is None:
            return
        if isinstance(self.pixels, list) and not self.pixels:
            self._begin(image)
        if isinstance(self.pixels, torch.Tensor) and image.shape != self.pixels.shape[1:]:
            self.pixels = list(self.pixels.unbind())
        if self.pixels is not None:
            self.pixels[place] = image

    def _begin(self, image: torch.Tensor) -> None:
        # Untouched pages of a fresh tensor cost nothing, so that room for all is asked for at once.
        if self._count * image.numel() <= self._left + image.numel():
            self.pixels = torch.empty((self._count, *image.shape), dtype=torch.uint8)
        else:
            self.pixels = [torch.empty(0, dtype=torch.uint8)] * self._count


def _nothing_to_read(images: Collection, skipped: Sequence[Skipped]) -> InputError:
    first = skipped[0]
    return InputError(
        f"none of {len(images):,} images of {images.name!r} can be read",
        code="no_images",
        hint=f"The first is {first.name!r}: {first.reason}, {first.detail}",
    )
