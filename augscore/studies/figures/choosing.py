"""Which images a study of figures looks at: drawn by the seed, read, brought to one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice

import torch

from augscore import keys
from augscore.errors import InputError, TensorError, UsageError
from augscore.images.batches import PATIENCE, auto_workers, in_order
from augscore.images.limits import check_side
from augscore.images.records import Ignored, Skipped
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId
from augscore.measuring.sources import Offer, Source, entry_id, names_of
from augscore.measuring.subjects import Outcome, Subject, subject
from augscore.outputs import printable
from augscore.runtime import Note, NoteSink, Progress, ProgressSink
from augscore.strength.sight import SMALLEST_SIDE

LARGEST_AUTO = 64
"""Px: the default size is the images' own up to here, since time grows with its square."""
FEWEST, MOST = 16, 1000
_PIXELS = 24_000_000
"""Of all views of a study with the default number of images: a few minutes of two CPU cores."""
_SPARE, _SIZED, _TOLD_EVERY = 16, 9, 1000


@dataclass(frozen=True)
class Asked:
    """`images` None: as many as take a few minutes; `size` None: the images' own up to 64 px;
    `workers` None: by rule."""

    images: int | None = None
    size: int | None = None
    seed: int = 0
    workers: int | None = None


@dataclass(frozen=True)
class Chosen:
    """`pixels` (N, 3, S, S) uint8, the `ids` of their randomness, the `offers` they came from.
    `skipped`: chosen and not readable; others took their places."""

    pixels: torch.Tensor
    ids: tuple[ImageId, ...]
    offers: tuple[Offer, ...]
    skipped: tuple[Skipped, ...]


def choose_images(
    source: Source,
    asked: Asked,
    views: Callable[[int], int],
    *,
    progress: ProgressSink = lambda event: None,
    note: NoteSink = lambda note: None,
) -> Chosen:
    """`views` tells how many views of an image a study makes at a size in px.

    Raises UsageError for a size that cannot be, InputError (`too_few_images`) for fewer than two.
    """
    _check_size(asked.size)
    most = (MOST if asked.images is None else asked.images) + _SPARE
    found = _offers(source, progress)
    ranked = keys.first_by_rank(found, entry_id, most, purpose="study", seed=asked.seed)
    offers = [offer for _, offer in ranked]
    workers = auto_workers() if asked.workers is None else asked.workers
    skipped: list[Skipped] = []
    reading = in_order(offers, _read, workers=workers, slow=lambda offer: _tell(offer, note))
    with closing(reading):
        readable = _readable(offers, reading, skipped)
        first = list(islice(readable, _SIZED))
        size = _own_size([s for _, s in first]) if asked.size is None else asked.size
        wanted = images_in_time(views(size), size) if asked.images is None else asked.images
        kept = [
            (offer, s.id, _small(s, size)) for offer, s in islice(chain(first, readable), wanted)
        ]
    if len(kept) < 2:
        raise _too_few(source, len(kept))
    pixels = torch.stack([one for *_, one in kept])
    return Chosen(
        pixels,
        tuple(name for _, name, _ in kept),
        tuple(offer for offer, *_ in kept),
        tuple(skipped),
    )


def images_in_time(views: int, size: int) -> int:
    """How many images a study looks at by default that makes so many views of each."""
    return max(FEWEST, min(MOST, _PIXELS // (views * size * size)))


def read_offer(offer: Offer) -> Subject | None:
    """An image once more, as it was decoded; None where it is gone."""
    found = _read(offer)
    return found if isinstance(found, Subject) else None


def _check_size(size: int | None) -> None:
    check_side(size)
    if size is not None and size < SMALLEST_SIDE:
        raise UsageError(f"size must be {SMALLEST_SIDE} or more, got {size}", code="usage")


def _readable(
    offers: Sequence[Offer], reading: Iterator[Outcome], skipped: list[Skipped]
) -> Iterator[tuple[Offer, Subject]]:
    for offer, outcome in zip(offers, reading, strict=False):
        if isinstance(outcome, Subject):
            yield offer, outcome
        else:
            skipped.append(outcome)


def _own_size(subjects: Sequence[Subject]) -> int:
    """The median short side, in px, between what the network takes and the default's end."""
    sides = sorted(min(s.reference.shape[-2:]) for s in subjects)
    middle = sides[len(sides) // 2] if sides else SMALLEST_SIDE
    return max(SMALLEST_SIDE, min(LARGEST_AUTO, middle))


def _small(found: Subject, size: int) -> torch.Tensor:
    """As every reference is made; uint8, which loses nothing of an image that was uint8."""
    return bring_to_size(found.reference, size).mul(255).round_().to(torch.uint8)


def _offers(source: Source, progress: ProgressSink) -> Iterator[Offer]:
    for number, entry in enumerate(source.entries()):
        if number % _TOLD_EVERY == 0:
            progress(Progress("finding", number, None, "images"))
        if not isinstance(entry, Skipped | Ignored):
            yield entry


def _read(offer: Offer) -> Outcome:
    try:
        return subject(offer)
    except TensorError as error:
        return Skipped(names_of(offer)[0], error.code, error.message)


def _tell(offer: Offer, note: NoteSink) -> None:
    name = printable(str(entry_id(offer)))
    note(Note("slow_file", f"{PATIENCE:.0f} s without progress, waiting for {name}"))


def _too_few(source: Source, count: int) -> InputError:
    return InputError(
        f"a study needs two images that can be read, {printable(str(source.root))} has {count}",
        code="too_few_images",
        hint="Name a folder of JPEG or PNG files",
    )
