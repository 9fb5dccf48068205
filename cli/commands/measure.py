"""`augscore measure`: how strongly a policy, or a pipeline that already ran, moves images."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from ..names import shown, shown_path
from ..options import AutoInt, Configured, Settings, run_options, shared_options, with_settings
from ..progress import progress_sink
from ..results import STDOUT
from ..streams import Stream, Streams

if TYPE_CHECKING:
    from augscore.measuring.rows import ImageRow, Measurement, PairRow
    from augscore.measuring.run import MeasureOptions
    from augscore.measuring.sources import Source
    from augscore.outputs import RowWriter

_ONLY_FOR_POLICIES = ("policy", "views")
_ONLY_FOR_FOLDERS = ("hidden", "follow_links")


@dataclass(frozen=True, kw_only=True)
class MeasureSettings(Settings):
    """Every option of `measure`, resolved."""

    paths: tuple[Path, ...]
    policy: str
    views: int
    reference: Path | None
    pairs: Path | None
    model: str
    size: int | None
    limit: int | None
    sample: int | None
    batch_size: int | None
    seed: int
    device: str
    workers: int | None
    out: Path | None
    rows: str
    force: bool
    list: str | None
    top: int
    strict: bool
    max_bad: float | None
    hidden: bool
    follow_links: bool

    @property
    def is_paired(self) -> bool:
        return self.pairs is not None or self.reference is not None


@click.command("measure", cls=Configured, short_help="How strongly a policy moves your images.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option(
    "--policy",
    default="simclr",
    show_default=True,
    metavar="NAME",
    help="The augmentation policy to measure.",
)
@click.option(
    "--views",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    show_default=True,
    help="Draws of the policy an image.",
)
@click.option(
    "--reference",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Originals of the images in PATH, under the same relative names.",
)
@click.option(
    "--pairs",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Pairs to compare: a table with columns reference and distorted.",
)
@click.option(
    "--model",
    default="default",
    show_default=True,
    metavar="NAME",
    help="A score model: a name, a file, or a run folder.",
)
@click.option(
    "--size",
    type=AutoInt(32),
    metavar="N",
    default="auto",
    show_default="the policy's",
    help="Side of the views in pixels.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="Measure at most so many images."
)
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Measure so many, drawn by the seed."
)
@click.option(
    "--batch-size",
    type=AutoInt(1),
    metavar="N",
    default="auto",
    show_default=True,
    help="Images at a time; changes no reading.",
)
@run_options
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Write rows, a contact sheet and summary.json into DIR.",
)
@click.option(
    "--rows",
    type=click.Choice(list(ROWS)),
    default="jsonl",
    show_default=True,
    help="Form of the rows in DIR.",
)
@click.option("--force", is_flag=True, help="Replace a finished result in DIR.")
@click.option(
    "--list",
    metavar="FILE",
    help="Write a CSV of all images, the least typical first; - is stdout.",
)
@click.option(
    "--top",
    type=click.IntRange(min=0),
    metavar="N",
    default=5,
    show_default=True,
    help="How many of the least typical, weakest and strongest to show.",
)
@click.option("--strict", is_flag=True, help="Exit 1 if anything was skipped.")
@click.option(
    "--max-bad",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit 1 if more than this share was skipped.",
)
@click.option("--hidden", is_flag=True, help="Take files whose names begin with a dot.")
@click.option("--follow-links", is_flag=True, help="Walk into linked folders.")
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
    _check_words(settings)
    streams = settings.streams
    began = time.monotonic()
    result, extremes = _run(settings, streams)
    seconds = time.monotonic() - began
    _publish(settings, streams, result, extremes, seconds)
    code = _exit_code(settings, result)
    if code is not Exit.DONE:
        raise click.exceptions.Exit(code)


def _check_words(settings: MeasureSettings) -> None:
    """Refuse what contradicts itself, before anything heavy is loaded."""
    if settings.json == STDOUT and settings.list == STDOUT:
        raise click.UsageError("--json - and --list - both want stdout; give one of them a file")
    _check_source(settings)


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


def _check_source(settings: MeasureSettings) -> None:
    if settings.pairs is not None and (settings.reference is not None or settings.paths):
        raise click.UsageError("--pairs names the images itself; give no PATH and no --reference")
    if settings.reference is not None and len(settings.paths) != 1:
        raise click.UsageError("--reference needs exactly one PATH, the augmented images")
    if settings.pairs is None and not settings.paths:
        raise click.UsageError("name a folder of images, or give --pairs CSV")
    needless = (*_ONLY_FOR_POLICIES, *_ONLY_FOR_FOLDERS) if settings.is_paired else ()
    for name in needless:
        if name in settings.given:
            option = "--" + name.replace("_", "-")
            raise click.UsageError(f"{option} means nothing with --reference or --pairs")


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
        facts = Facts(seconds, _threads(), _remedy(settings), settings.verbose > 0)
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
        return [*notes, f"Next: {_again(settings)}"]
    if result.data.measured:
        notes.append(f"Next: {_next(settings, result)}")
    return notes


def _next(settings: MeasureSettings, result: Measurement) -> str:
    if result.summary is not None and result.summary.outside_clean_range:
        return _remedy(settings)
    if settings.out is None:
        return _again(settings, "--out", "measured")
    if settings.list is None:
        return _again(settings, "--list", "least-typical.csv")
    return _remedy(settings)


def _remedy(settings: MeasureSettings) -> str:
    originals = settings.reference or (settings.paths[0] if settings.paths else None)
    folder = shown(shlex.quote(str(originals))) if originals is not None else "FOLDER"
    return f"augscore train score {folder} --out runs/score"


def _again(settings: MeasureSettings, *more: str) -> str:
    """This command, with what shapes its result."""
    words = ["augscore", "measure", *(str(p) for p in settings.paths)]
    for option, value in (("--reference", settings.reference), ("--pairs", settings.pairs)):
        words += [option, str(value)] if value is not None else []
    for name, default in (("policy", "simclr"), ("model", "default"), ("views", 1), ("seed", 0)):
        value = getattr(settings, name)
        words += [f"--{name}", str(value)] if value != default else []
    return shown(shlex.join([*words, *more]))


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
