"""Entries become outcomes: decoded in their order, named when they are slow, taken in batches."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator

from augscore.errors import TensorError, UsageError
from augscore.images.batches import PATIENCE, in_order
from augscore.images.records import Skipped
from augscore.measuring.sources import Offer, names_of, record_id
from augscore.measuring.subjects import Outcome, Subject, subject
from augscore.outputs import printable
from augscore.runtime import Note, NoteSink

Read = Callable[[Offer | Skipped, int], Outcome]


def outcomes_of(
    offers: Iterable[Offer | Skipped],
    *,
    max_pixels: int,
    workers: int,
    note: NoteSink = lambda note: None,
    read: Read = subject,
) -> Generator[Outcome]:
    """Decoded in order; a file that everything waits for is named."""

    def slow(offer: Offer | Skipped) -> None:
        name = printable(str(record_id(offer)).replace("\0", ", "))
        note(Note("slow_file", f"{PATIENCE:.0f} s without progress, waiting for {name}"))

    def one(offer: Offer | Skipped) -> Outcome:
        return read(offer, max_pixels)

    return in_order(offers, one, workers=workers, slow=slow)


def subject_if_any(offer: Offer | Skipped, max_pixels: int) -> Outcome:
    """What is no image at all is an outcome in its place."""
    try:
        return subject(offer, max_pixels)
    except TensorError as error:
        return Skipped(names_of(offer)[0], error.code, error.message)


def next_batch(outcomes: Iterator[Outcome], size: int) -> list[Outcome]:
    """Outcomes up to the next `size` subjects, with all that was skipped among them."""
    batch: list[Outcome] = []
    subjects = 0
    for outcome in outcomes:
        batch.append(outcome)
        subjects += isinstance(outcome, Subject)
        if subjects == size:
            break
    return batch


def check_same(name: str, entry: Offer | Skipped | None, *, unfinished: str, anew: str) -> None:
    """What was recorded stands where it stood. Raises UsageError (`output_exists`)."""
    if entry is None or name not in names_of(entry):
        raise UsageError(
            f"the unfinished {unfinished} does not fit the images: {printable(name)!r} has moved",
            code="output_exists",
            hint=f"Choose another --out, or --force to {anew} anew",
        )
