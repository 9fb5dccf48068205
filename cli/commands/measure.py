"""`augscore measure`: how strongly a policy, or a pipeline that already ran, moves images."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augscore.errors import InputError

from ..exits import Exit, stop_code
from ..extremes import Extremes
from ..measure_files import (
    ROWS,
    SHEET,
    SUMMARY,
    check_target,
    claim_folder,
    list_text,
    row_records,
    summary_document,
)
from ..measure_screen import Facts, Layout, measure_screen
from ..measure_settings import MeasureSettings, check_words, measure_options
from ..names import shown, shown_path
from ..next_step import next_command, once_more, remedy
from ..options import Configured, shared_options, with_settings
from ..progress import progress_sink
from ..results import STDOUT
from ..streams import Stream, Streams

if TYPE_CHECKING:
    from augscore.measuring.rows import ImageRow, Measurement, PairRow
    from augscore.measuring.run import MeasureOptions
    from augscore.measuring.sources import Source
    from augscore.outputs import RowWriter


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
    """
    check_words(settings)
    streams = settings.streams
    began = time.monotonic()
    result, extremes = _run(settings, streams)
    seconds = time.monotonic() - began
    _publish(settings, streams, result, extremes, seconds)
    code = _exit_code(settings, result)
    if code is not Exit.DONE:
        raise click.exceptions.Exit(code)


def _check_files(settings: MeasureSettings) -> Source:
    """Find the input and try the outputs, before any work."""
    from augscore.engine.presets import preset

    preset(settings.policy)
    source = _source(settings)
    check_target(settings.json, "--json")
    check_target(settings.list, "--list")
    if settings.out is not None:
        claim_folder(settings.out, force=settings.force)
    return source


def _run(settings: MeasureSettings, streams: Streams) -> tuple[Measurement, Extremes]:
    extremes = Extremes(settings.top, keep_all=settings.list is not None)
    with progress_sink(streams) as progress:
        from augscore.measuring.run import measure_source
        from augscore.runtime import Interruptions
        from augscore.strength.scorer import load_scorer

        source = _check_files(settings)
        scorer = load_scorer(_model(settings), settings.device)
        with Interruptions() as flag, _row_file(settings) as file:

            def take(row: ImageRow | PairRow) -> None:
                extremes.add(row)
                if file is not None:
                    for record in row_records(row):
                        file.write(record)

            result = measure_source(
                source,
                scorer,
                _options(settings),
                rows=take,
                progress=progress,
                stopped=lambda: flag.stopped_by,
            )
    extremes.finish()
    return result, extremes


def _model(settings: MeasureSettings) -> str | None:
    return None if settings.model == "default" else settings.model


def _source(settings: MeasureSettings) -> Source:
    from augscore.measuring.sources import folder_source, matched_source, pairs_source

    if settings.pairs is not None:
        return pairs_source(settings.pairs)
    if settings.reference is not None:
        return matched_source(settings.paths[0], settings.reference)
    return folder_source(settings.paths, hidden=settings.hidden, follow_links=settings.follow_links)


def _options(settings: MeasureSettings) -> MeasureOptions:
    from augscore.measuring.run import MeasureOptions

    return MeasureOptions(
        policy=settings.policy,
        views=settings.views,
        seed=settings.seed,
        size=settings.size,
        batch_size=settings.batch_size,
        workers=settings.workers,
        limit=settings.limit,
        sample=settings.sample,
    )


@contextmanager
def _row_file(settings: MeasureSettings) -> Iterator[RowWriter | None]:
    if settings.out is None:
        yield None
        return
    from augscore.outputs import RowWriter

    (settings.out / SUMMARY).unlink(missing_ok=True)
    with RowWriter(settings.out / ROWS[settings.rows]) as file:
        yield file


def _publish(
    settings: MeasureSettings,
    streams: Streams,
    result: Measurement,
    extremes: Extremes,
    seconds: float,
) -> None:
    _write_files(settings, result, extremes)
    taken = STDOUT in (settings.json, settings.list)
    screen = streams.err if taken else streams.out
    if result.data.measured or not result.complete:
        facts = Facts(seconds, _threads(), remedy(settings), settings.verbose > 0)
        screen.write(measure_screen(result, extremes, facts, _layout(screen)))
    if settings.json == STDOUT:
        from augscore.outputs import to_json

        streams.out.write_text(to_json(result.to_json(), indent=2) + "\n")
    if settings.list == STDOUT:
        streams.out.write_text(list_text(extremes.least_typical()))
    for note in _notes(settings, result):
        streams.note(note)


def _write_files(settings: MeasureSettings, result: Measurement, extremes: Extremes) -> None:
    from augscore.outputs import write_bytes, write_json, write_text

    if settings.json not in (None, STDOUT):
        write_json(Path(str(settings.json)), result.to_json())
    if settings.list not in (None, STDOUT):
        write_text(Path(str(settings.list)), list_text(extremes.least_typical()))
    if settings.out is None:
        return
    if result.data.measured:
        from augscore.measuring.sheet import contact_sheet

        sheet = contact_sheet(result, _source(settings), _options(settings))
        write_bytes(settings.out / SHEET, sheet)
    write_json(settings.out / SUMMARY, summary_document(result))


def _layout(stream: Stream) -> Layout:
    return Layout(stream.width, cut=stream.tty, ellipsis=stream.ellipsis)


def _threads() -> int:
    import torch

    return torch.get_num_threads()


def _notes(settings: MeasureSettings, result: Measurement) -> list[str]:
    notes = []
    if settings.out is not None:
        rows = ROWS[settings.rows]
        sheet = f"{SHEET}, " if result.data.measured else ""
        notes.append(f"wrote {shown_path(settings.out)}: {rows}, {sheet}{SUMMARY}")
    notes += [f"wrote {shown(t)}" for t in (settings.json, settings.list) if t and t != STDOUT]
    if not result.complete:
        return [*notes, f"Next: {once_more(settings)}"]
    if result.data.measured:
        notes.append(f"Next: {next_command(settings, result)}")
    return notes


def _exit_code(settings: MeasureSettings, result: Measurement) -> Exit:
    data = result.data
    if result.stopped_by is not None:
        return stop_code(result.stopped_by)
    if data.measured == 0:
        raise InputError(f"nothing was measured: {_why_nothing(result)}", code="no_images")
    share = data.skipped / (data.measured + data.skipped)
    too_many = settings.max_bad is not None and share > settings.max_bad
    return Exit.GATE if too_many or (settings.strict and data.skipped) else Exit.DONE


def _why_nothing(result: Measurement) -> str:
    data = result.data
    root = shown(repr(data.root))
    if data.skipped:
        first = result.skipped[0]
        return f"{data.skipped} of {data.found} skipped, first {shown(first.name)}: {first.reason}"
    if data.ignored:
        reasons = ", ".join(f"{n} {shown(r)}" for r, n in data.ignored_by_reason.items())
        return f"no image files in {root}, only others: {reasons}"
    return f"{root} is empty"
