"""`augscore study weighting`: a grid of training runs, which grows over days."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from ..exits import stop_code
from ..listed import words
from ..measure_files import check_target
from ..named_settings import named_command, with_named_settings
from ..names import shown, shown_path
from ..options import shared_options
from ..pair_keys import shared_keys
from ..pair_screen import log_line
from ..progress import progress_sink
from ..results import print_result
from ..streams import Streams
from ..study_screen import grid_lines, result_lines, row_line, started_line
from ..study_settings import StudySettings, study_options

if TYPE_CHECKING:
    from augscore.runtime import Note
    from augscore.studies.cells import Cell
    from augscore.studies.rows import StudyRow
    from augscore.studies.training_runs import Runs
    from augscore.studies.weighting import Study, StudyResult
    from augscore.training.reporting.log_row import LogRow

_HELP = """Train backbones on DATA with pairs weighted in several ways, and compare how well their
    nearest neighbours tell the classes of DATA, which must have some.

    Runs of one method and seed share initial weights, order and draws, so that their differences
    are those of the weights. DIR/rows.jsonl gets a row a finished run, and DIR/table.md says what
    is known so far. Rows that are there are skipped: the same command continues after an
    interruption, and one with more methods, weightings or seeds adds to the table.

    \b
    augscore study weighting cifar10 --out study --dry-run
    augscore study weighting photos --out study --epochs 100 --limit 10000
    """


_KEYS = tuple(shared_keys())


@shared_options
@with_named_settings(StudySettings, _KEYS)
def _weighting(settings: StudySettings) -> None:
    streams = settings.streams
    check_target(settings.json, "--json")
    planned = _planned(settings, streams)
    if settings.dry_run:
        _show(settings, streams, planned)
        return
    _tell(settings, streams, _run(planned, streams))


def _command() -> click.Command:
    return named_command(
        "weighting",
        study_options(_weighting),
        _KEYS,
        help=_HELP,
        short_help="Does it help to weight pairs by their score?",
    )


weighting = _command()


@dataclass(frozen=True)
class _Planned:
    study: Study
    runs: Runs
    device: str


def _planned(settings: StudySettings, streams: Streams) -> _Planned:
    with progress_sink(streams) as progress:
        from augscore.studies.cells import grid
        from augscore.studies.training_runs import Runs, binding_settings
        from augscore.studies.weighting import Study

        cells = grid(
            words(settings.methods),
            words(settings.weightings),
            seeds=settings.seeds,
            others=settings.others,
        )
        runs = Runs(settings.data, settings.request(), settings.out)
        first = runs.plan(cells[0], runs.base.score_model, progress)
        told = Study(
            out=settings.out,
            cells=cells,
            settings=binding_settings(runs, first),
            facts={"source": first.train.name, "images": first.told},
            command=shown(shlex.join(["augscore", *sys.argv[1:]])),
        )
        return _Planned(told, runs, first.device)


def _show(settings: StudySettings, streams: Streams, planned: _Planned) -> None:
    """The grid alone, where the same command could begin."""
    with progress_sink(streams) as progress:
        from augscore.studies.forecast import forecast
        from augscore.studies.rows import read_rows
        from augscore.studies.study_folder import check_study, rows_of
        from augscore.studies.weighting import COMMAND, missing_of

        check_study(settings.out, COMMAND, planned.study.settings)
        cells = planned.study.cells
        rows = read_rows(rows_of(settings.out))
        missing = missing_of(cells, rows)
        expected = forecast(planned.runs, cells, rows, progress)
    document = {
        "schema": "augscore.study-plan/1",
        "runs": [cell.name for cell in cells],
        "missing": [cell.name for cell in missing],
        "kinds": [asdict(kind) for kind in expected.kinds],
        "score_seconds": expected.score_seconds,
        "seconds": expected.seconds,
        "device": planned.device,
    }
    print_result(settings, grid_lines(expected, planned.device), document)


def _run(planned: _Planned, streams: Streams) -> StudyResult:
    from augscore.runtime import Interruptions
    from augscore.studies.training_runs import RunCell
    from augscore.studies.weighting import StudyHooks, run_study
    from augscore.training.stepping.loop import PairHooks

    def started(cell: Cell, missing: int) -> None:
        if not streams.quiet:
            streams.err.write([started_line(cell, missing)])

    def finished(row: StudyRow) -> None:
        if not streams.quiet:
            streams.err.write([row_line(row)])

    def report(row: LogRow) -> None:
        if not streams.quiet and streams.progress == "auto" and row.knn is not None:
            streams.err.write([log_line(row, planned.device)])

    def tell(note: Note) -> None:
        streams.note(f"note: {note.text}")

    with progress_sink(streams) as progress, Interruptions() as stop:
        hooks = PairHooks(lambda done: None, report, progress, tell, stop)
        run_cell = RunCell(planned.runs, hooks)
        return run_study(planned.study, run_cell, StudyHooks(started, finished, stop))


def _tell(settings: StudySettings, streams: Streams, result: StudyResult) -> None:
    print_result(settings, result_lines(result.rows), result.to_json())
    if result.stopped_by is not None and not result.complete:
        streams.note(f"stopped by {result.stopped_by}; the same command continues this study")
        raise click.exceptions.Exit(stop_code(result.stopped_by))
    streams.note(f"wrote {shown_path(result.out)}: table.md, table.json, differences.png")
