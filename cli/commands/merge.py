"""`augscore merge`: the parts of a sharded measurement or audit → the whole."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..exits import Exit
from ..extremes import Extremes
from ..measure_files import check_target
from ..measure_result import Made, exit_code, publish
from ..measure_screen import Facts
from ..merge_audit import merge_audit
from ..merge_settings import MergeSettings, check_words, merge_options, refuse_parts
from ..options import Configured, shared_options, with_settings
from ..policy_source import named_policy
from ..progress import progress_sink

if TYPE_CHECKING:
    from augscore.measuring.merging import Finished
    from augscore.measuring.out_folder import OutFolder
    from augscore.runtime import NoteSink


@click.command("merge", cls=Configured, short_help="Join the parts of a result that was sharded.")
@merge_options
@shared_options
@with_settings(MergeSettings)
def merge(settings: MergeSettings) -> None:
    """Join the folders PART..., made by measure or audit with --shard I/N, in OUT: the same files
    as of a single process, the same verdict and exit code. All N parts must be there, finished, in
    any order. No image is measured again.

    \b
    augscore measure photos --shard 1/2 --out part-1
    augscore measure photos --shard 2/2 --out part-2
    augscore merge measured part-1 part-2
    augscore merge report audit-1 audit-2 audit-3
    """
    from augscore.runs.parts import common_command

    command = common_command(settings.parts)
    check_words(settings, command)
    if command == "audit":
        merge_audit(settings)
    else:
        _merge_measure(settings)


def _merge_measure(settings: MergeSettings) -> None:
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
    refuse_parts(settings)
    claim_folder(settings.out, (), force=settings.force)
    held.enter_context(locked(settings.out))
    return begin_merged(settings.out, finished.settings, finished.terms, force=settings.force)


def _teller(settings: MergeSettings) -> NoteSink:
    streams = settings.streams
    return lambda note: streams.note(f"note: {note.text}")


def _threads(made: Made) -> int:
    """Of the process that measured the first part."""
    threads = made.result.tool.get("threads")
    return threads if isinstance(threads, int) else 1
