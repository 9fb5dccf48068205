"""The main job, readable in one sitting: images × policy → Measurement.

entries → subjects → batches → references and views → what the network sees → rows → summary
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch

from augscore.engine.policies import PolicyLike
from augscore.errors import TensorError, UsageError
from augscore.images.batches import PATIENCE, in_order
from augscore.images.records import Ignored, Skipped
from augscore.measuring.concluding import RowSink, conclude, settle
from augscore.measuring.measurement import Measurement
from augscore.measuring.nothing import nothing_measured
from augscore.measuring.plan import MeasureOptions, MeasurePlan, plan_measurement
from augscore.measuring.readings_of import Unit, read_pair, read_views, references_of
from augscore.measuring.row_json import Record
from augscore.measuring.rows import ImageRow, PairRow, Row, name_of
from augscore.measuring.sources import (
    Images,
    Offer,
    Source,
    any_source,
    entry_id,
    names_of,
    record_id,
)
from augscore.measuring.subjects import Outcome, Subject, subject
from augscore.measuring.survey import YARDSTICK_IMAGES, Stopped, chosen
from augscore.measuring.tally import Tally
from augscore.outputs import printable
from augscore.runtime import Note, NoteSink, Progress, ProgressSink, host_facts, memory_errors
from augscore.strength.scorer import Scorer, load_scorer
from augscore.version import VERSION

RecordSink = Callable[[Record, int], None]
"""With the place of the record among those of the whole source, from 0."""


def measure(
    source: Images,
    policy: PolicyLike = "simclr",
    views: int = 1,
    seed: int | None = None,
    size: int | None = None,
    model: str | Path | None = None,
    device: str = "auto",
) -> Measurement:
    """How strongly `policy` moves the images of `source`, and how typical these are.

    `source`: a folder or file, a list of them, a (N, 3, H, W) uint8 tensor, or a map-style data
    set. `policy`: a preset's name, a policy file, a mapping of the same form, or a Policy. `size`
    in px (default: the policy's) is that of all views. Raises InputError when nothing could be
    measured, UsageError for an unknown policy or mistakes in one, ModelError for a model that
    cannot be used.
    """
    options = MeasureOptions(policy=policy, views=views, seed=seed, size=size)
    result = measure_source(any_source(source), load_scorer(model, device), options)
    if result.data.measured == 0:
        raise nothing_measured(result)
    return result


def measure_source(
    source: Source,
    scorer: Scorer,
    options: MeasureOptions,
    *,
    progress: ProgressSink = lambda event: None,
    stopped: Stopped = lambda: None,
) -> Measurement:
    """Plan and run at once. Between batches `stopped()` may name a signal."""
    plan = plan_measurement(source, scorer, options, progress, stopped)
    return run_measurement(plan, progress=progress, stopped=stopped)


def run_measurement(
    plan: MeasurePlan,
    *,
    earlier: Iterable[Record] = (),
    record: RecordSink = lambda record, place: None,
    rows: RowSink = lambda row: None,
    keep_rows: bool = True,
    progress: ProgressSink = lambda event: None,
    note: NoteSink = lambda note: None,
    stopped: Stopped = lambda: None,
) -> Measurement:
    """Numbers do not depend on batch size, workers or order.

    `earlier`: the first records of an interrupted run of the same plan, in its order; the files
    are not read again. `record` is handed every further one, `rows` all rows. With `keep_rows`
    the result holds the first 10,000.
    """
    tally = Tally(keep_rows)
    places: deque[int] = deque()
    offered = _offered(plan, tally, places)
    for old in earlier:
        _check_same(old, next(offered, None))
        places.popleft()
        settle(_labelled(old, plan), tally, rows)

    def told() -> None:
        done = tally.measured + tally.skipped
        if plan.survey.records:
            progress(Progress("measuring", done, plan.survey.records, "images"))

    told()
    reason = stopped()
    with memory_errors("Give a smaller --batch-size or --size"):
        unit = Unit(plan.scorer, plan.size, None if reason else _unrelated(plan, note))
        outcomes = _outcomes(offered, plan, note)
        while reason is None and (batch := list(_batch(outcomes, plan.batch_size))):
            for new in _records(batch, unit, plan, tally):
                record(new, places.popleft())
                settle(new, tally, rows)
            told()
            reason = stopped()
    tool = {"name": "augscore", "version": VERSION, **host_facts(plan.scorer.device)}
    return conclude(plan.terms, tally, tool=tool, unrelated=unit.unrelated, stopped_by=reason)


def _check_same(record: Record, entry: Offer | Skipped | None) -> None:
    """What was recorded stands where it stood."""
    name = record.name if isinstance(record, Skipped) else str(name_of(record))
    if entry is None or name not in names_of(entry):
        raise UsageError(
            f"the unfinished result does not fit the images: {printable(name)!r} has moved",
            code="output_exists",
            hint="Choose another --out, or --force to measure anew",
        )


def _labelled(record: Record, plan: MeasurePlan) -> Record:
    """Classes may be given anew, since they change no number."""
    if isinstance(record, ImageRow) and isinstance(record.path, str):
        return replace(record, label=plan.labels(record.path))
    return (
        replace(record, label=plan.labels(record.reference))
        if isinstance(record, PairRow)
        else record
    )


def _offered(plan: MeasurePlan, tally: Tally, places: deque[int]) -> Iterator[Offer | Skipped]:
    """What becomes a record, in order; everything else is counted on the way. `places` gets the
    place of each."""
    place = 0
    for entry, take in chosen(plan.source.entries(), plan.choice, plan.survey.sample):
        if isinstance(entry, Ignored):
            tally.ignore(entry)
            continue
        if take and (plan.shard is None or plan.shard.takes(record_id(entry))):
            places.append(place)
            yield entry
        else:
            tally.left_out += 1
        place += take


def _outcomes(
    offers: Iterable[Offer | Skipped],
    plan: MeasurePlan,
    note: NoteSink,
    read: Callable[[Offer | Skipped, int], Outcome] = subject,
) -> Iterator[Outcome]:
    """Decoded in order; a file that everything waits for is named."""

    def slow(offer: Offer | Skipped) -> None:
        name = (
            offer.name if isinstance(offer, Skipped) else str(entry_id(offer)).replace("\0", ", ")
        )
        note(Note("slow_file", f"{PATIENCE:.0f} s without progress, waiting for {printable(name)}"))

    def one(offer: Offer | Skipped) -> Outcome:
        return read(offer, plan.max_pixels)

    return in_order(offers, one, workers=plan.workers, slow=slow)


def _subject_if_any(offer: Offer | Skipped, max_pixels: int) -> Outcome:
    """What is no image at all is told in its place, when all are read."""
    try:
        return subject(offer, max_pixels)
    except TensorError as error:
        return Skipped(names_of(offer)[0], error.code, error.message)


def _unrelated(plan: MeasurePlan, note: NoteSink) -> float | None:
    """The median strength between two different images of the source; None for a single one."""
    outcomes = _outcomes(plan.survey.yardstick, plan, note, read=_subject_if_any)
    good = (outcome for outcome in outcomes if isinstance(outcome, Subject))
    found = list(islice(good, YARDSTICK_IMAGES))
    if len(found) < 2:
        return None
    scorer = plan.scorer
    described = scorer.describe(references_of(found, plan.size))
    left, right = torch.triu_indices(len(found), len(found), offset=1).tolist()
    return float(scorer.compare(described[left], described[right]).median())


def _batch(outcomes: Iterator[Outcome], size: int) -> Iterator[Outcome]:
    """Outcomes up to the next `size` subjects, with all that was skipped among them."""
    subjects = 0
    for outcome in outcomes:
        yield outcome
        subjects += isinstance(outcome, Subject)
        if subjects == size:
            return


def _records(batch: list[Outcome], unit: Unit, plan: MeasurePlan, tally: Tally) -> Iterator[Record]:
    """Rows of the subjects, in the places of the subjects."""
    subjects = [item for item in batch if isinstance(item, Subject)]
    rows = iter(_rows(subjects, unit, plan) if subjects else ())
    for item in batch:
        yield item if isinstance(item, Skipped) else tally.marked(next(rows))


def _rows(subjects: list[Subject], unit: Unit, plan: MeasurePlan) -> Sequence[Row]:
    if plan.policy is None:
        return read_pair(subjects, unit, plan.labels)
    return read_views(
        subjects, unit, plan.policy, views=plan.views, seed=plan.choice.seed, labels=plan.labels
    )
