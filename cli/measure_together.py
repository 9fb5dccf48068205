"""`measure` as one of several processes that torchrun started; the first alone speaks."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from augscore.runs.ranks import own_shard, rank

from .extremes import Extremes
from .measure_job import Hooks, carried_out, check_files, options_of, planned, source_of
from .measure_result import Made
from .measure_settings import MeasureSettings
from .progress import progress_sink
from .sharing import end_stopped, own_device_name, own_workers, refuse_shard

if TYPE_CHECKING:
    from augscore.measuring.plan import MeasurePlan


def made_together(settings: MeasureSettings, held: ExitStack) -> Made | None:
    """The whole at the first process, None at the others."""
    refuse_shard(settings.shard)
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
            end_stopped(settings.streams, settings.out, from_all(flag.stopped_by))
            return _joined(settings, plan, hooks)


def _plan(settings: MeasureSettings, hooks: Hooks, held: ExitStack) -> MeasurePlan:
    if rank() == 0:
        check_files(settings, held)
    options = options_of(settings, own_shard(), own_workers(settings.workers))
    device = own_device_name(settings.device)
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
    end_stopped(settings.streams, settings.out, [own.stopped_by])
    if finished is None:
        return None
    extremes = Extremes(settings.top, keep_all=settings.list is not None)
    folder = None if settings.out is None else OutFolder(settings.out, whole_terms(plan))
    result = joined(finished, folder, rows=extremes.add, keep_rows=settings.json is not None)
    extremes.finish()
    return Made(result, extremes, folder, settings.rows)
