"""Where the images of a score run come from: files that a walk found, or a collection."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from augscore.images.batches import in_order, read
from augscore.images.collection import Collection
from augscore.images.records import Candidate, Found, Picture, Read
from augscore.images.resize import LONG_SIDE_CAP
from augscore.keys import ImageId

PROBED = 64


@dataclass(frozen=True)
class Probe:
    """Of some images, evenly spaced, or of all (`complete`): short sides as decoded, px, and how
    many of them cannot be read."""

    short_sides: tuple[int, ...]
    unreadable: int
    complete: bool

    @property
    def median(self) -> int:
        return int(statistics.median(self.short_sides))


class Source(Protocol):
    """Images by name, in one order; `len` counts what `reads` yields.

    `settings` bind a run to them, as far as they are known before they are read.
    """

    @property
    def names(self) -> Sequence[ImageId]: ...

    @property
    def settings(self) -> Mapping[str, object]: ...

    def __len__(self) -> int: ...

    def probe(self) -> Probe: ...

    def reads(self, workers: int) -> Iterator[Read]: ...


@dataclass(frozen=True)
class Files:
    """What a walk found. The files of a run may move: only their pixels bind it."""

    found: tuple[Found, ...]

    @property
    def names(self) -> Sequence[ImageId]:
        return [candidate.name for candidate in self._candidates]

    @property
    def settings(self) -> Mapping[str, object]:
        return {}

    @property
    def _candidates(self) -> list[Candidate]:
        return [entry for entry in self.found if isinstance(entry, Candidate)]

    def __len__(self) -> int:
        return len(self.found)

    def probe(self) -> Probe:
        """By the headers alone."""
        candidates = self._candidates
        stride = _stride(len(candidates))
        return _probe([_header_side(c) for c in candidates[::stride]], stride)

    def reads(self, workers: int) -> Iterator[Read]:
        return read(self.found, workers=workers)


@dataclass(frozen=True)
class Collected:
    """The images of a collection, on disk or in memory."""

    images: Collection

    @property
    def names(self) -> Sequence[ImageId]:
        return self.images.ids

    @property
    def settings(self) -> Mapping[str, object]:
        return {"images": self.images.fingerprint}

    def __len__(self) -> int:
        return len(self.images)

    def probe(self) -> Probe:
        stride = _stride(len(self.images))
        read = [self.images.read(place) for place in range(0, len(self.images), stride)]
        return _probe(
            [min(r.pixels.shape[1:]) if isinstance(r, Picture) else None for r in read], stride
        )

    def reads(self, workers: int) -> Iterator[Read]:
        return in_order(range(len(self.images)), self.images.read, workers=workers)


def _stride(count: int) -> int:
    return max(1, count // PROBED)


def _probe(sides: Sequence[int | None], stride: int) -> Probe:
    known = tuple(side for side in sides if side is not None)
    return Probe(known, len(sides) - len(known), stride == 1)


def _header_side(candidate: Candidate) -> int | None:
    try:
        with Image.open(candidate.path) as image:
            scale = min(1.0, LONG_SIDE_CAP / max(image.size))
            return max(1, round(min(image.size) * scale))
    except Exception:
        # Whatever a damaged header raises: reading the file reports it.
        return None
