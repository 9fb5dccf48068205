"""`measure` as one of several processes that torchrun started; the first alone speaks."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from augscore.runs.ranks import local_ranks, own_device, own_shard, rank

from .exits import stop_code
from .extremes import Extremes
from .measure_job import Hooks, carried_out, check_files, options_of, planned, source_of
from .measure_result import Made
from .measure_settings import MeasureSettings
from .names import shown_path
from .progress import progress_sink

if TYPE_CHECKING:
    from augscore.measuring.plan import MeasurePlan


def made_together(settings: MeasureSettings, held: ExitStack) -> Made | None:
    """The whole at the first process, None at the others."""
    if settings.shard is not None:
        raise click.UsageError("--shard and torchrun both divide the images; use one of them")
    if rank() > 0:
        settings = replace(settings, quiet=True)
    with progress_sink(settings.streams) as progress:
        from augscore.runs.meeting import agreed, from_all, meeting
        from augscore.runtime import Interruptions

        held.enter_context(meeting())
        with Interruptions(once=True) as flag:
            hooks = Hooks(
                rows=lambda row: None,
                keep_rows=False,
                progress=progress,
                note=lambda note: settings.streams.note(f"note: {note.text}"),
                stopped=lambda: flag.stopped_by,
            )
            plan = agreed(lambda: _plan(settings, hooks, held))
            _end_stopped(settings, from_all(flag.stopped_by))
            return _joined(settings, plan, hooks)


def _plan(settings: MeasureSettings, hooks: Hooks, held: ExitStack) -> MeasurePlan:
    from augscore.images.batches import auto_workers
    from augscore.runtime import pick_device

    if rank() == 0:
        check_files(settings, held)
    share = max(1, auto_workers() // local_ranks())
    workers = share if settings.workers is None else settings.workers
    options = options_of(settings, own_shard(), workers)
    device = str(own_device(pick_device(settings.device)))
    return planned(settings, source_of(settings), options, device, hooks)


def _joined(settings: MeasureSettings, plan: MeasurePlan, hooks: Hooks) -> Made | None:
    from augscore.measuring.out_folder import OutFolder
    from augscore.measuring.together import joined, measure_share, whole_terms

    own, finished = measure_share(
        plan,
        lambda earlier, record: carried_out(plan, hooks, earlier, record),
        settings.out,
        force=settings.force,
        note=hooks.note,
    )
    _end_stopped(settings, [own.stopped_by])
    if finished is None:
        return None
    extremes = Extremes(settings.top, keep_all=settings.list is not None)
    folder = None if settings.out is None else OutFolder(settings.out, whole_terms(plan))
    result = joined(finished, folder, rows=extremes.add, keep_rows=settings.json is not None)
    extremes.finish()
    return Made(result, extremes, folder, settings.rows)


def _end_stopped(settings: MeasureSettings, stops: list[str | None]) -> None:
    by = next((by for by in stops if by is not None), None)
    if by is None:
        return
    kept = "" if settings.out is None else f": {shown_path(settings.out)} keeps the parts"
    advice = "" if settings.out is None else ", and the same command continues"
    settings.streams.note(f"stopped by {by}{kept}{advice}")
    raise click.exceptions.Exit(stop_code(by))
