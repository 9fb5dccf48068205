"""`augscore merge`: the parts of a sharded measurement → the measurement."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..extremes import Extremes
from ..measure_files import check_target
from ..measure_result import Made, exit_code, publish
from ..measure_screen import Facts
from ..names import shown_path
from ..options import Configured, shared_options, with_settings
from ..policy_source import allow_code, named_policy
from ..progress import progress_sink
from ..result_options import FORMS, ResultSettings, refuse_two_on_stdout, result_options

if TYPE_CHECKING:
    from augscore.measuring.merging import Finished
    from augscore.measuring.out_folder import OutFolder
    from augscore.runtime import NoteSink


@dataclass(frozen=True, kw_only=True)
class MergeSettings(ResultSettings):
    """Every option of `merge`, resolved; `rows` None: the form of the parts."""

    out: Path
    parts: tuple[Path, ...]
    policy: str | None
    allow_code: bool
    rows: str | None


@click.command("merge", cls=Configured, short_help="Join the parts of a result that was sharded.")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.argument(
    "parts", nargs=-1, required=True, metavar="PART...", type=click.Path(path_type=Path)
)
@click.option(
    "--policy",
    metavar="NAME",
    help="The policy of the parts, where it is a pipeline that runs as code.",
)
@allow_code
@click.option("--rows", type=click.Choice(FORMS), help="Form of the rows.  [default: the parts']")
@result_options
@shared_options
@with_settings(MergeSettings)
def merge(settings: MergeSettings) -> None:
    """Join the folders PART..., made by measure --shard I/N, in OUT: the same files as of a single
    measurement. All N parts must be there, finished, in any order. No image is measured again.

    \b
    augscore measure photos --shard 1/2 --out part-1
    augscore measure photos --shard 2/2 --out part-2
    augscore merge measured part-1 part-2
    """
    refuse_two_on_stdout(settings)
    began = time.monotonic()
    with ExitStack() as held:
        made = _merged(settings, held)
        facts = Facts(
            time.monotonic() - began,
            _threads(made),
            "augscore train score FOLDER --out runs/score",
            settings.verbose > 0,
        )
        publish(settings, made, facts, [])
    code = exit_code(settings, made.result)
    if code is not Exit.DONE:
        raise click.exceptions.Exit(code)


def _merged(settings: MergeSettings, held: ExitStack) -> Made:
    with progress_sink(settings.streams):
        from augscore.measuring.merging import join, read_parts
        from augscore.measuring.row_json import to_record
        from augscore.runs.parts import placed

        named = settings.policy
        policy = None if named is None else named_policy(named, settings.allow_code)
        finished = read_parts(settings.parts, policy, _teller(settings))
        folder = _folder(settings, finished, held)
        extremes = Extremes(settings.top, keep_all=settings.list is not None)
        with folder.journal() as journal:
            result = join(
                finished,
                record=lambda record, place: journal.append(placed(to_record(record), place)),
                rows=extremes.add,
                keep_rows=settings.json is not None,
            )
        extremes.finish()
    return Made(result, extremes, folder, settings.rows or finished.form)


def _folder(settings: MergeSettings, finished: Finished, held: ExitStack) -> OutFolder:
    """This process's own until the end."""
    from augscore.measuring.out_folder import begin_merged, claim_folder
    from augscore.measuring.tables import check_table
    from augscore.runs.lock import locked

    check_target(settings.json, "--json")
    check_target(settings.list, "--list")
    check_table(settings.rows or finished.form)
    _refuse_parts(settings)
    claim_folder(settings.out, (), force=settings.force)
    held.enter_context(locked(settings.out))
    return begin_merged(settings.out, finished.settings, finished.terms, force=settings.force)


def _refuse_parts(settings: MergeSettings) -> None:
    out = settings.out.resolve()
    for part in settings.parts:
        if part.resolve().is_relative_to(out):
            raise click.UsageError(
                f"{shown_path(settings.out)} holds the part {shown_path(part)}; choose another OUT"
            )


def _teller(settings: MergeSettings) -> NoteSink:
    streams = settings.streams
    return lambda note: streams.note(f"note: {note.text}")


def _threads(made: Made) -> int:
    """Of the process that measured the first part."""
    threads = made.result.tool.get("threads")
    return threads if isinstance(threads, int) else 1
