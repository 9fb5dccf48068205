"""From entries to subjects: decoded pixels of an image, or of a reference and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch

from augscore.images.batches import read
from augscore.images.decode import decode
from augscore.images.pairs import Pair
from augscore.images.records import Candidate, Ignored, Picture, Skipped
from augscore.keys import ImageId
from augscore.measuring.sources import Entry

ASPECT_TOLERANCE = 0.02


@dataclass(frozen=True)
class Subject:
    """uint8 (3, H, W) pixels; `distorted` is None where a policy will make the views."""

    id: ImageId
    reference: torch.Tensor
    notes: tuple[str, ...]
    distorted: torch.Tensor | None = None
    names: tuple[str, str] = ("", "")


Outcome = Subject | Skipped | Ignored


def file_subjects(
    entries: Iterable[Candidate | Skipped | Ignored], workers: int
) -> Iterator[Outcome]:
    """Decode files in order, whatever the workers."""
    return (_passed_on(item) for item in read(entries, workers=workers))


def subject(entry: Entry) -> Outcome:
    """One entry, decoded here and now."""
    if isinstance(entry, Pair):
        return _pair(entry)
    return _passed_on(decode(entry) if isinstance(entry, Candidate) else entry)


def _passed_on(item: Picture | Skipped | Ignored) -> Outcome:
    return Subject(item.id, item.pixels, item.notes) if isinstance(item, Picture) else item


def _pair(pair: Pair) -> Outcome:
    reference, distorted = decode(pair.reference), decode(pair.distorted)
    for member in (reference, distorted):
        if not isinstance(member, Picture):
            return member
    assert isinstance(reference, Picture)
    assert isinstance(distorted, Picture)
    names = (pair.reference.name, pair.distorted.name)
    notes = (*pair.notes, *reference.notes, *distorted.notes, *_size_notes(reference, distorted))
    return Subject(
        "\0".join(names), reference.pixels, tuple(dict.fromkeys(notes)), distorted.pixels, names
    )


def _size_notes(reference: Picture, distorted: Picture) -> tuple[str, ...]:
    (h1, w1), (h2, w2) = reference.pixels.shape[1:], distorted.pixels.shape[1:]
    if (h1, w1) == (h2, w2):
        return ()
    aspect_differs = abs(w1 * h2 / (h1 * w2) - 1) > ASPECT_TOLERANCE
    return ("size_differs", "aspect_differs") if aspect_differs else ("size_differs",)
