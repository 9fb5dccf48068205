"""The main job, readable in one sitting: images × policy → Measurement.

entries → subjects → batches → references and views → what the network sees → rows → summary
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import torch

from augscore import __version__, keys
from augscore.engine.policy import Policy
from augscore.engine.presets import preset
from augscore.errors import InputError, UsageError
from augscore.images.batches import auto_workers
from augscore.images.records import Candidate, Ignored, Skipped
from augscore.keys import ImageId
from augscore.measuring.readings_of import Unit, read_pair, read_views, references_of
from augscore.measuring.rows import (
    ROWS_IN_JSON,
    DataCounts,
    ImageRow,
    MeasureConfig,
    Measurement,
    ModelIdentity,
    PairRow,
)
from augscore.measuring.sources import (
    Choice,
    Entry,
    Images,
    Source,
    any_source,
    chosen,
    entry_id,
)
from augscore.measuring.subjects import Outcome, Subject, file_subjects, subject
from augscore.measuring.summary import Columns, summarise
from augscore.runtime import Progress, ProgressSink, host_facts
from augscore.strength.readings import STRENGTH
from augscore.strength.scorer import Scorer, load_scorer

BATCH = 16
YARDSTICK_IMAGES = 32

RowSink = Callable[[ImageRow | PairRow], None]
Stopped = Callable[[], str | None]


@dataclass(frozen=True)
class MeasureOptions:
    """`size` None: the policy's, or for pairs the model's working size; `workers` None: by rule."""

    policy: str | Policy = "simclr"
    views: int = 1
    seed: int = 0
    size: int | None = None
    batch_size: int | None = None
    workers: int | None = None
    limit: int | None = None
    sample: int | None = None


def measure(
    source: Images,
    policy: str | Policy = "simclr",
    views: int = 1,
    seed: int = 0,
    size: int | None = None,
    model: str | Path | None = None,
    device: str = "auto",
) -> Measurement:
    """How strongly `policy` moves the images of `source`, and how typical these are.

    `source`: a folder or file, a list of them, a (N, 3, H, W) uint8 tensor, or a map-style data
    set. `size` in px (default: the policy's). Raises InputError when nothing could be measured,
    UsageError for an unknown policy, ModelError for a model that cannot be used.
    """
    options = MeasureOptions(policy=policy, views=views, seed=seed, size=size)
    result = measure_source(any_source(source), load_scorer(model, device), options)
    if result.data.measured == 0:
        raise InputError(
            f"nothing was measured: {result.data.skipped} of {result.data.found} were skipped",
            code="no_images",
            hint="; ".join(f"{s.name}: {s.reason}" for s in result.skipped[:3]),
        )
    return result


def measure_source(
    source: Source,
    scorer: Scorer,
    options: MeasureOptions,
    *,
    rows: RowSink | None = None,
    progress: ProgressSink = lambda event: None,
    stopped: Stopped = lambda: None,
) -> Measurement:
    """Rows go to `rows` as they are made; between batches `stopped()` may name a signal.

    Numbers do not depend on batch size, workers or order.
    """
    plan = _plan(source, scorer, options)
    survey = _survey(source, plan)
    unit = Unit(scorer, plan.size, _unrelated(source, survey, scorer, plan))
    tally = _Tally()
    reason = None
    for batch in _batches(_outcomes(source, plan, survey, tally), plan.batch_size):
        for row in _rows(batch, unit, plan):
            tally.take(row)
            if rows is not None:
                rows(row)
        progress(
            Progress("measuring", tally.measured + len(tally.skipped), survey.wanted, "images")
        )
        reason = stopped()
        if reason is not None:
            break
    return _measurement(source, scorer, plan, unit, tally, reason)


@dataclass(frozen=True)
class _Plan:
    """Options with every default filled in; `policy` is None for pairs."""

    policy: Policy | None
    views: int
    seed: int
    size: int
    batch_size: int
    workers: int | None
    choice: Choice


def _plan(source: Source, scorer: Scorer, options: MeasureOptions) -> _Plan:
    policy = None
    if not source.paired:
        policy = preset(options.policy) if isinstance(options.policy, str) else options.policy
    if options.views < 1:
        raise UsageError(f"views must be 1 or more, got {options.views}", code="usage")
    if options.batch_size is not None and options.batch_size < 1:
        raise UsageError(f"batch_size must be 1 or more, got {options.batch_size}", code="usage")
    default = scorer.calibration.lens.working_size if policy is None else policy.size
    size = default if options.size is None else options.size
    if size < 32:
        raise UsageError(f"size must be 32 px or more, got {size}", code="usage")
    return _Plan(
        policy,
        1 if policy is None else options.views,
        options.seed,
        size,
        BATCH if options.batch_size is None else options.batch_size,
        options.workers,
        Choice(options.limit, options.sample, options.seed),
    )


@dataclass(frozen=True)
class _Survey:
    """A first walk without decoding: how many images, and which serve as the yardstick."""

    wanted: int
    yardstick: frozenset[ImageId]


def _survey(source: Source, plan: _Plan) -> _Survey:
    wanted = 0

    def ids() -> Iterator[ImageId]:
        nonlocal wanted
        for entry, take in chosen(source, plan.choice):
            if take and not isinstance(entry, Skipped | Ignored):
                wanted += 1
                yield entry_id(entry)

    yardstick = keys.smallest_ranks(ids(), YARDSTICK_IMAGES, purpose="yardstick", seed=0)
    return _Survey(wanted, frozenset(yardstick))


def _unrelated(source: Source, survey: _Survey, scorer: Scorer, plan: _Plan) -> float | None:
    """The median strength between two different images of the source; None for a single one."""
    found = [
        outcome
        for entry in source.entries()
        if not isinstance(entry, Skipped | Ignored) and entry_id(entry) in survey.yardstick
        if isinstance(outcome := subject(entry), Subject)
    ]
    if len(found) < 2:
        return None
    described = scorer.describe(references_of(found, plan.size))
    left, right = torch.triu_indices(len(found), len(found), offset=1).tolist()
    return float(scorer.compare(described[left], described[right]).median())


@dataclass
class _Tally:
    """What has been seen so far."""

    found: int = 0
    left_out: int = 0
    measured: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    skipped: list[Skipped] = field(default_factory=list)
    kept: list[ImageRow | PairRow] = field(default_factory=list)
    columns: Columns = field(default_factory=Columns)

    def take(self, row: ImageRow | PairRow) -> None:
        self.measured += 1
        self.columns.add(row)
        if len(self.kept) < ROWS_IN_JSON:
            self.kept.append(row)


def _outcomes(source: Source, plan: _Plan, survey: _Survey, tally: _Tally) -> Iterator[Subject]:
    """Subjects in order; everything else is counted on the way."""

    def wanted() -> Iterator[Entry]:
        for entry, take in chosen(source, plan.choice):
            tally.found += 1
            if take:
                yield entry
            else:
                tally.left_out += 1

    workers = auto_workers(survey.wanted) if plan.workers is None else plan.workers
    for outcome in _decoded(wanted(), workers):
        if isinstance(outcome, Subject):
            yield outcome
        elif isinstance(outcome, Skipped):
            tally.skipped.append(outcome)
        else:
            tally.ignored[outcome.reason] += 1


def _decoded(entries: Iterator[Entry], workers: int) -> Iterator[Outcome]:
    """Files go through the reading threads; pictures and pairs are taken one by one."""
    for entry in entries:
        if isinstance(entry, Candidate):
            yield from file_subjects(_files(entry, entries), workers)
        else:
            yield subject(entry)


def _files(first: Candidate, rest: Iterator[Entry]) -> Iterator[Candidate | Skipped | Ignored]:
    yield first
    for entry in rest:
        assert isinstance(entry, Candidate | Skipped | Ignored)
        yield entry


def _batches(subjects: Iterator[Subject], size: int) -> Iterator[list[Subject]]:
    batch: list[Subject] = []
    for item in subjects:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _rows(batch: list[Subject], unit: Unit, plan: _Plan) -> list[ImageRow] | list[PairRow]:
    if plan.policy is None:
        return read_pair(batch, unit)
    return read_views(batch, unit, plan.policy, views=plan.views, seed=plan.seed)


def _measurement(
    source: Source, scorer: Scorer, plan: _Plan, unit: Unit, tally: _Tally, reason: str | None
) -> Measurement:
    ladder = scorer.calibration.ladder_for(plan.size)
    return Measurement(
        complete=reason is None,
        stopped_by=reason,
        tool={"name": "augscore", "version": __version__, **host_facts(scorer.device)},
        config=MeasureConfig(
            None if plan.policy is None else plan.policy.name,
            plan.views,
            plan.seed,
            plan.size,
            plan.choice.limit,
            plan.choice.sample,
            str(scorer.device),
        ),
        model=_identity(scorer),
        data=_counts(source, tally),
        summary=summarise(tally.columns, ladder, unit.unrelated, plan.seed),
        images=tuple(row for row in tally.kept if isinstance(row, ImageRow)),
        pairs=tuple(row for row in tally.kept if isinstance(row, PairRow)),
        rows_truncated=tally.measured > len(tally.kept),
        skipped=tuple(tally.skipped),
    )


def _identity(scorer: Scorer) -> ModelIdentity:
    card, lens = scorer.model.card, scorer.calibration.lens
    return ModelIdentity(
        card.name, card.version, scorer.model.sha256, STRENGTH, lens.working_size, lens.norm_sigmas
    )


def _counts(source: Source, tally: _Tally) -> DataCounts:
    return DataCounts(
        root=source.root,
        found=tally.measured + len(tally.skipped) + tally.ignored.total() + tally.left_out,
        measured=tally.measured,
        skipped=len(tally.skipped),
        ignored=tally.ignored.total(),
        left_out=tally.left_out,
        ignored_by_reason=dict(sorted(tally.ignored.items())),
    )
