"""From entries to subjects: decoded pixels of an image, or of a reference and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.images.decode import decode
from augscore.images.limits import MAX_PIXELS
from augscore.images.pairs import Pair
from augscore.images.records import Candidate, Picture, Skipped
from augscore.keys import ImageId
from augscore.measuring.sources import Offer

ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True)
class Subject:
    """uint8 (3, H, W) pixels; `distorted` is None where a policy will make the views."""

    id: ImageId
    reference: torch.Tensor
    notes: tuple[str, ...]
    digest: str = ""
    distorted: torch.Tensor | None = None
    names: tuple[str, str] = ("", "")
    extras: tuple[tuple[str, str], ...] = ()


Outcome = Subject | Skipped


def subject(entry: Offer | Skipped, max_pixels: int = MAX_PIXELS) -> Outcome:
    """One entry, decoded here and now."""
    if isinstance(entry, Skipped):
        return entry
    if isinstance(entry, Pair):
        return _pair(entry, max_pixels)
    read = decode(entry, max_pixels=max_pixels) if isinstance(entry, Candidate) else entry.read()
    if isinstance(read, Skipped):
        return read
    return Subject(read.id, read.pixels, read.notes, read.digest)


def distorted_of(subject: Subject) -> torch.Tensor:
    """The second member of a pair."""
    if subject.distorted is None:
        raise ValueError("a pair without its distorted member")
    return subject.distorted


def _pair(pair: Pair, max_pixels: int) -> Outcome:
    reference = decode(pair.reference, max_pixels=max_pixels)
    distorted = decode(pair.distorted, max_pixels=max_pixels)
    if isinstance(reference, Skipped):
        return reference
    if isinstance(distorted, Skipped):
        return distorted
    names = (pair.reference.name, pair.distorted.name)
    notes = (*pair.notes, *reference.notes, *distorted.notes, *_size_notes(reference, distorted))
    return Subject(
        "\0".join(names),
        reference.pixels,
        tuple(dict.fromkeys(notes)),
        distorted=distorted.pixels,
        names=names,
        extras=pair.extras,
    )


def _size_notes(reference: Picture, distorted: Picture) -> tuple[str, ...]:
    (h1, w1), (h2, w2) = reference.pixels.shape[1:], distorted.pixels.shape[1:]
    if (h1, w1) == (h2, w2):
        return ()
    aspect_differs = abs(w1 * h2 / (h1 * w2) - 1) > ASPECT_TOLERANCE
    return ("size_differs", "aspect_differs") if aspect_differs else ("size_differs",)
