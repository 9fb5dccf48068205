"""The probing of an audit, readable in one sitting: images × policy → table of measurements.

ranked images → decoded → yardstick → batches → records, each handed to the journal
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

import torch

from augscore.auditing.cost import views_in_all, views_of_image
from augscore.auditing.plan import AuditPlan
from augscore.auditing.probing.lab import Lab
from augscore.auditing.probing.probe import Depth, Taken, probe_batch
from augscore.auditing.probing.yardstick import Yardstick
from augscore.auditing.table import ImageRecord
from augscore.images.records import Skipped
from augscore.images.resize import bring_to_size, upsampled_note
from augscore.measuring.outcomes import check_same, next_batch, outcomes_of, subject_if_any
from augscore.measuring.sources import Offer
from augscore.measuring.subjects import Outcome, Subject
from augscore.measuring.survey import YARDSTICK_IMAGES, Stopped
from augscore.runtime import Note, NoteSink, Progress, ProgressSink, memory_errors
from augscore.strength.sight import chunk_size

REPLAYED = 8

Entry = ImageRecord | Skipped
EntrySink = Callable[[Entry, int], None]
"""Is handed an entry, and its place among all that the seed drew."""


@dataclass(frozen=True)
class Probed:
    """What was measured and what could not be, in the order of the images' ranks; `stopped_by`
    None: all of it."""

    records: tuple[ImageRecord, ...]
    skipped: tuple[Skipped, ...]
    stopped_by: str | None


def probe_images(
    plan: AuditPlan,
    *,
    earlier: Iterable[Entry] = (),
    record: EntrySink = lambda entry, place: None,
    progress: ProgressSink = lambda event: None,
    note: NoteSink = lambda note: None,
    stopped: Stopped = lambda: None,
) -> Probed:
    """Numbers do not depend on batch size, workers or order.

    `earlier`: what an interrupted run of the same plan recorded, in its order; `record` is handed
    every further entry.
    """
    entries = list(earlier)
    _check_same(entries, plan)
    reason = stopped()
    if reason is None and len(entries) < len(plan.pool.places):
        with memory_errors("Give a smaller --batch-size or --size"):
            lab = _lab(plan, note)
            # From here on: what comes before would count as slow views.
            tell = _Teller(plan, progress, entries)
            outcomes = _outcomes(plan.pool.own[len(entries) :], plan, note)
            with closing(outcomes):
                while reason is None and (batch := next_batch(outcomes, plan.batch_size)):
                    for new in _entries(batch, lab, plan, len(entries)):
                        record(new, plan.pool.places[len(entries)])
                        entries.append(new)
                        tell(new)
                    reason = stopped()
    records = tuple(entry for entry in entries if isinstance(entry, ImageRecord))
    skipped = tuple(entry for entry in entries if isinstance(entry, Skipped))
    return Probed(records, skipped, reason)


class _Teller:
    """Progress in views, since the first images have many more of them."""

    def __init__(self, plan: AuditPlan, progress: ProgressSink, entries: list[Entry]) -> None:
        self._plan, self._progress = plan, progress
        self._total = round(views_in_all(plan))
        self._counted = 0
        self._done = 0.0
        for entry in entries:
            self._count(entry)
        self._tell()

    def __call__(self, entry: Entry) -> None:
        self._count(entry)
        self._tell()

    def _count(self, entry: Entry) -> None:
        place = self._plan.pool.places[self._counted]
        probed = place < self._plan.options.op_images
        self._done += views_of_image(self._plan, probed=probed)
        self._counted += 1

    def _tell(self) -> None:
        self._progress(Progress("measuring", round(self._done), self._total, "views"))


def _lab(plan: AuditPlan, note: NoteSink) -> Lab:
    outcomes = _outcomes(plan.pool.offers, plan, lambda note: None)
    good: list[Subject] = []
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, Subject):
                good.append(outcome)
            if len(good) == YARDSTICK_IMAGES:
                break
    yardstick = _yardstick(good, plan)
    if good:
        note(Note("estimate", _expected(plan, _seconds_of_a_view(yardstick, plan))))
    return Lab(
        scorer=plan.scorer,
        policy=plan.policy,
        probes=plan.probes,
        size=plan.size,
        seed=plan.seed,
        draws=plan.options.draws,
        shifts=plan.options.shifts,
        yardstick=yardstick,
    )


def _yardstick(subjects: list[Subject], plan: AuditPlan) -> Yardstick:
    pixels = [bring_to_size(s.reference, plan.size) for s in subjects]
    batch = torch.stack(pixels) if pixels else torch.empty(0, 3, plan.size, plan.size)
    return Yardstick.of(tuple(s.id for s in subjects), batch, plan.scorer)


def _seconds_of_a_view(yardstick: Yardstick, plan: AuditPlan) -> float:
    """As the network looks at them in the audit: as many at once as it sees together."""
    pixels = torch.stack([seen.pixels for seen in yardstick.seen])
    batch = pixels[torch.arange(chunk_size(pixels)) % len(pixels)]
    began = time.monotonic()
    plan.scorer.describe(batch)
    return (time.monotonic() - began) / len(batch)


def _expected(plan: AuditPlan, seconds: float) -> str:
    views = views_in_all(plan)
    minutes = views * seconds / 60
    return f"about {views:,.0f} views of {plan.size} px, {minutes:,.1f} min"


def _outcomes(offers: Iterable[Offer], plan: AuditPlan, note: NoteSink) -> Generator[Outcome]:
    return outcomes_of(
        offers,
        max_pixels=plan.options.max_pixels,
        workers=plan.workers,
        note=note,
        read=subject_if_any,
    )


def _entries(batch: list[Outcome], lab: Lab, plan: AuditPlan, first: int) -> Iterator[Entry]:
    taken = [
        _taken(outcome, plan.pool.places[number], plan)
        for number, outcome in enumerate(batch, start=first)
        if isinstance(outcome, Subject)
    ]
    depth = Depth(plan.options.op_images, REPLAYED)
    records = iter(probe_batch(taken, lab, depth) if taken else ())
    for outcome in batch:
        yield outcome if isinstance(outcome, Skipped) else next(records)


def _taken(found: Subject, place: int, plan: AuditPlan) -> Taken:
    label = plan.options.labels(found.id) if isinstance(found.id, str) else None
    notes = (*found.notes, *upsampled_note(found.reference, plan.size))
    return Taken(found.id, place, found.reference, label, found.digest, notes)


def _check_same(entries: list[Entry], plan: AuditPlan) -> None:
    for entry, offer in zip(entries, plan.pool.own, strict=False):
        name = entry.name if isinstance(entry, Skipped) else str(entry.id)
        check_same(name, offer, unfinished="audit", anew="audit")
