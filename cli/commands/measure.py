"""`augscore measure`: how strongly a policy, or a pipeline that already ran, moves images."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..extremes import Extremes
from ..figures import count
from ..measure_files import check_target
from ..measure_result import Made, exit_code, publish
from ..measure_screen import Facts
from ..measure_settings import MeasureSettings, check_words, measure_options
from ..names import shown_path
from ..next_step import next_command, once_more, remedy
from ..options import Configured, shared_options, with_settings
from ..policy_source import named_policy, tell_notes
from ..progress import progress_sink
from ..streams import Streams

if TYPE_CHECKING:
    from augscore.engine.policy import Policy
    from augscore.measuring.measurement import Measurement
    from augscore.measuring.out_folder import OutFolder
    from augscore.measuring.plan import MeasureOptions, MeasurePlan
    from augscore.measuring.row_json import Record
    from augscore.measuring.sources import Source
    from augscore.runtime import ProgressSink


@click.command("measure", cls=Configured, short_help="How strongly a policy moves your images.")
@measure_options
@shared_options
@with_settings(MeasureSettings)
def measure(settings: MeasureSettings) -> None:
    """How strongly a policy moves the images in PATH (folders or files), how typical they are, and
    which lie at the ends. With --reference or --pairs: images that were augmented elsewhere.

    \b
    augscore measure photos
    augscore measure augmented --reference originals
    augscore measure --pairs pairs.csv --out measured
    augscore measure photos --shard 2/3 --out part-2
    """
    check_words(settings)
    streams = settings.streams
    began = time.monotonic()
    with ExitStack() as held:
        made = _run(settings, streams, held)
        seconds = time.monotonic() - began
        facts = Facts(seconds, _threads(), remedy(settings), settings.verbose > 0)
        notes = [*_unlabelled(settings, made.result), *_next(settings, made.result)]
        publish(settings, made, facts, notes)
    code = exit_code(settings, made.result)
    if code is not Exit.DONE:
        raise click.exceptions.Exit(code)


def _run(settings: MeasureSettings, streams: Streams, held: ExitStack) -> Made:
    extremes = Extremes(settings.top, keep_all=settings.list is not None)
    with progress_sink(streams) as progress:
        from augscore.measuring.out_folder import begin_folder
        from augscore.measuring.plan import plan_measurement
        from augscore.runtime import Interruptions
        from augscore.strength.scorer import load_scorer

        source, options = _source(settings), _options(settings)
        _check_files(settings, held)
        scorer = load_scorer(settings.model, settings.device)
        with Interruptions() as flag:
            hooks = _Hooks(extremes, settings.json is not None, progress, lambda: flag.stopped_by)
            plan = plan_measurement(source, scorer, options, progress, hooks.stopped)
            folder = None
            if settings.out is not None and hooks.stopped() is None:
                folder = begin_folder(settings.out, plan, force=settings.force)
            result = _measured(plan, folder, hooks, streams)
    extremes.finish()
    return Made(result, extremes, folder, settings.rows)


@dataclass(frozen=True)
class _Hooks:
    """Where a running measurement reports to, and what may stop it."""

    extremes: Extremes
    keep_rows: bool
    progress: ProgressSink
    stopped: Callable[[], str | None]


def _measured(
    plan: MeasurePlan, folder: OutFolder | None, hooks: _Hooks, streams: Streams
) -> Measurement:
    from augscore.measuring.row_json import to_record
    from augscore.measuring.run import run_measurement
    from augscore.runs.parts import placed

    def run(earlier: Iterable[Record], record: Callable[[Record, int], None]) -> Measurement:
        return run_measurement(
            plan,
            earlier=earlier,
            record=record,
            rows=hooks.extremes.add,
            keep_rows=hooks.keep_rows,
            progress=hooks.progress,
            note=lambda note: streams.note(f"note: {note.text}"),
            stopped=hooks.stopped,
        )

    if folder is None:
        return run((), lambda record, place: None)
    with folder.journal() as journal:
        if journal.found:
            done = count(journal.found)
            streams.note(f"continues {shown_path(folder.folder)}: {done} files were done before")
        return run(
            folder.earlier(),
            lambda record, place: journal.append(placed(to_record(record), place)),
        )


def _check_files(settings: MeasureSettings, held: ExitStack) -> None:
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


def _source(settings: MeasureSettings) -> Source:
    from augscore.measuring.sources import folder_source, matched_source, pairs_source

    if settings.pairs is not None:
        return pairs_source(settings.pairs)
    if settings.reference is not None:
        return matched_source(settings.paths[0], settings.reference)
    return folder_source(settings.paths, hidden=settings.hidden, follow_links=settings.follow_links)


def _options(settings: MeasureSettings) -> MeasureOptions:
    from augscore.images.labels import folder_label, read_labels
    from augscore.measuring.plan import MeasureOptions

    return MeasureOptions(
        policy=_policy(settings),
        views=settings.views,
        seed=settings.seed,
        size=settings.size,
        batch_size=settings.batch_size,
        workers=settings.workers,
        limit=settings.limit,
        sample=settings.sample,
        max_pixels=settings.max_pixels,
        labels=folder_label if settings.labels is None else read_labels(settings.labels),
        shard=settings.shard,
    )


def _policy(settings: MeasureSettings) -> Policy:
    policy = named_policy(settings.policy, settings.allow_code)
    if not settings.is_paired:
        tell_notes(policy, settings.streams)
    return policy


def _unlabelled(settings: MeasureSettings, result: Measurement) -> list[str]:
    missing = result.data.measured - result.data.labelled
    if settings.labels is None or not missing:
        return []
    return [f"note: {count(missing)} of {count(result.data.measured)} images have no label"]


def _next(settings: MeasureSettings, result: Measurement) -> list[str]:
    if not result.complete:
        return [f"Next: {once_more(settings)}"]
    if settings.shard is not None:
        parts = "PART..." if settings.out is None else f"{shown_path(settings.out)} PART..."
        return [f"Next, with all {settings.shard.count} parts: augscore merge OUT {parts}"]
    return [f"Next: {next_command(settings, result)}"] if result.data.measured else []


def _threads() -> int:
    import torch

    return torch.get_num_threads()
