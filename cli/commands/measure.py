"""`augscore measure`: how strongly a policy, or a pipeline that already ran, moves images."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from augscore.runs.ranks import ranks

from ..exits import Exit
from ..extremes import Extremes
from ..figures import count
from ..measure_job import Hooks, carried_out, check_files, options_of, planned, source_of
from ..measure_result import Made, exit_code, publish
from ..measure_screen import Facts
from ..measure_settings import MeasureSettings, check_words, measure_options
from ..measure_together import made_together
from ..names import shown_path
from ..next_step import next_command, once_more, remedy
from ..options import Configured, shared_options, with_settings
from ..progress import progress_sink

if TYPE_CHECKING:
    from augscore.measuring.measurement import Measurement
    from augscore.measuring.out_folder import OutFolder
    from augscore.measuring.plan import MeasurePlan


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
    torchrun --nproc-per-node 4 -m augscore_cli measure photos --out measured
    """
    check_words(settings)
    began = time.monotonic()
    with ExitStack() as held:
        made = _made(settings, held) if ranks() == 1 else made_together(settings, held)
        if made is None:
            return
        seconds = time.monotonic() - began
        facts = Facts(seconds, _threads(), remedy(settings), settings.verbose > 0)
        notes = [*_unlabelled(settings, made.result), *_next(settings, made.result)]
        publish(settings, made, facts, notes)
    code = exit_code(settings, made.result)
    if code is not Exit.DONE:
        raise click.exceptions.Exit(code)


def _made(settings: MeasureSettings, held: ExitStack) -> Made:
    extremes = Extremes(settings.top, keep_all=settings.list is not None)
    with progress_sink(settings.streams) as progress:
        from augscore.measuring.out_folder import begin_folder
        from augscore.runtime import Interruptions

        options = options_of(settings, settings.shard, settings.workers)
        source = source_of(settings)
        check_files(settings, held)
        with Interruptions() as flag:
            hooks = Hooks(
                rows=extremes.add,
                keep_rows=settings.json is not None,
                progress=progress,
                note=lambda note: settings.streams.note(f"note: {note.text}"),
                stopped=lambda: flag.stopped_by,
            )
            plan = planned(settings, source, options, settings.device, hooks)
            folder = None
            if settings.out is not None and hooks.stopped() is None:
                folder = begin_folder(settings.out, plan, force=settings.force)
            result = _measured(settings, plan, folder, hooks)
    extremes.finish()
    return Made(result, extremes, folder, settings.rows)


def _measured(
    settings: MeasureSettings, plan: MeasurePlan, folder: OutFolder | None, hooks: Hooks
) -> Measurement:
    from augscore.measuring.row_json import to_record
    from augscore.runs.parts import placed

    if folder is None:
        return carried_out(plan, hooks, (), lambda record, place: None)
    with folder.journal() as journal:
        if journal.found:
            done = count(journal.found)
            settings.streams.note(
                f"continues {shown_path(folder.folder)}: {done} files were done before"
            )
        return carried_out(
            plan,
            hooks,
            folder.earlier(),
            lambda record, place: journal.append(placed(to_record(record), place)),
        )


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
