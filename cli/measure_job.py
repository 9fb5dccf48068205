"""From the settings of `measure` to what the library is given, alone or as one of many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .measure_files import check_target
from .measure_settings import MeasureSettings
from .policy_source import named_policy, tell_notes

if TYPE_CHECKING:
    from augscore.engine.policy import Policy
    from augscore.measuring.measurement import Measurement
    from augscore.measuring.plan import MeasureOptions, MeasurePlan
    from augscore.measuring.row_json import Record
    from augscore.measuring.rows import Row
    from augscore.measuring.run import RecordSink
    from augscore.measuring.sources import Source
    from augscore.runs.shard import Shard
    from augscore.runtime import NoteSink, ProgressSink


@dataclass(frozen=True)
class Hooks:
    """Where a running measurement reports to, and what may stop it."""

    rows: Callable[[Row], None]
    keep_rows: bool
    progress: ProgressSink
    note: NoteSink
    stopped: Callable[[], str | None]


def check_files(settings: MeasureSettings, held: ExitStack) -> None:
    """Try the outputs before any work; the folder is this process's own until the end."""
    from augscore.measuring.out_folder import claim_folder
    from augscore.measuring.tables import check_table
    from augscore.runs.lock import locked

    check_target(settings.json, "--json", settings.inputs)
    check_target(settings.list, "--list", settings.inputs)
    if settings.out is not None:
        check_table(settings.rows)
        claim_folder(settings.out, settings.inputs, force=settings.force)
        held.enter_context(locked(settings.out))


def planned(
    settings: MeasureSettings, source: Source, options: MeasureOptions, device: str, hooks: Hooks
) -> MeasurePlan:
    from augscore.measuring.plan import plan_measurement
    from augscore.strength.scorer import load_scorer

    scorer = load_scorer(settings.model, device)
    return plan_measurement(source, scorer, options, hooks.progress, hooks.stopped)


def carried_out(
    plan: MeasurePlan, hooks: Hooks, earlier: Iterable[Record], record: RecordSink
) -> Measurement:
    from augscore.measuring.run import run_measurement

    return run_measurement(
        plan,
        earlier=earlier,
        record=record,
        rows=hooks.rows,
        keep_rows=hooks.keep_rows,
        progress=hooks.progress,
        note=hooks.note,
        stopped=hooks.stopped,
    )


def source_of(settings: MeasureSettings) -> Source:
    from augscore.measuring.sources import folder_source, matched_source, pairs_source

    if settings.pairs is not None:
        return pairs_source(settings.pairs)
    if settings.reference is not None:
        return matched_source(settings.paths[0], settings.reference)
    return folder_source(settings.paths, hidden=settings.hidden, follow_links=settings.follow_links)


def options_of(
    settings: MeasureSettings, shard: Shard | None, workers: int | None
) -> MeasureOptions:
    from augscore.images.labels import folder_label, read_labels
    from augscore.measuring.plan import MeasureOptions

    return MeasureOptions(
        policy=_policy(settings),
        views=settings.views,
        seed=settings.seed,
        size=settings.size,
        batch_size=settings.batch_size,
        workers=workers,
        limit=settings.limit,
        sample=settings.sample,
        max_pixels=settings.max_pixels,
        labels=folder_label if settings.labels is None else read_labels(settings.labels),
        shard=shard,
    )


def _policy(settings: MeasureSettings) -> Policy:
    policy = named_policy(settings.policy, settings.allow_code)
    if not settings.is_paired:
        tell_notes(policy, settings.streams)
    return policy
