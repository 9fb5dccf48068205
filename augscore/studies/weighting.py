"""Does it help to weight pairs by their score? A grid of runs, one row each, that grows.

Rows that are there are skipped, so that the same command continues a study, and one with more
methods, weightings or seeds widens it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from augscore.outputs import write_bytes, write_json, write_text
from augscore.runs.journal import Journal
from augscore.runtime import StopFlag, StopSignal
from augscore.studies.cells import Cell
from augscore.studies.comparisons import comparisons_of
from augscore.studies.differences_figure import differences_png
from augscore.studies.rows import StudyRow, read_rows
from augscore.studies.study_folder import claimed_study, rows_of
from augscore.studies.table import document, markdown

COMMAND = "study weighting"
TABLE, RESULT, FIGURE = "table.md", "table.json", "differences.png"

RunCell = Callable[[Cell], StudyRow | None]
"""Does a run, or goes on with it; None where a signal stopped it."""


@dataclass(frozen=True)
class Study:
    """out         its folder
    cells       to be run, in this order
    settings    what all its rows share, and every later call must share
    facts       what does not bind it, for run.json
    command     how to make it again, for the table
    """

    out: Path
    cells: tuple[Cell, ...]
    settings: Mapping[str, object]
    facts: Mapping[str, object]
    command: str


@dataclass(frozen=True)
class StudyHooks:
    """`started` gets a cell, and how many runs are missing with it; `finished` each new row; `stop`
    is asked between runs."""

    started: Callable[[Cell, int], None]
    finished: Callable[[StudyRow], None]
    stop: StopFlag


@dataclass(frozen=True)
class StudyResult:
    """`rows`: all that the folder holds, those of earlier calls and other cells, too."""

    out: Path
    rows: tuple[StudyRow, ...]
    missing: tuple[Cell, ...]
    stopped_by: StopSignal | None

    @property
    def complete(self) -> bool:
        return not self.missing

    def to_json(self) -> dict[str, object]:
        return {
            **document(self.rows),
            "complete": self.complete,
            "stopped_by": self.stopped_by,
            "missing": [cell.name for cell in self.missing],
        }


def run_study(study: Study, run_cell: RunCell, hooks: StudyHooks) -> StudyResult:
    """Run what is missing. Tables are written behind each run, so that they always say what is
    known. Raises as `claimed_study`, and what a run raises."""
    with claimed_study(study.out, COMMAND, study.settings, study.facts):
        rows = list(read_rows(rows_of(study.out)))
        with Journal(rows_of(study.out)) as journal:
            missing = missing_of(study.cells, rows)
            for place, cell in enumerate(missing):
                if hooks.stop.ask() is not None:
                    break
                hooks.started(cell, len(missing) - place)
                row = run_cell(cell)
                if row is None:
                    break
                journal.append(row.to_json())
                rows.append(row)
                write_tables(study, rows)
                hooks.finished(row)
        write_tables(study, rows)
    return StudyResult(study.out, tuple(rows), missing_of(study.cells, rows), hooks.stop.ask())


def missing_of(cells: Sequence[Cell], rows: Sequence[StudyRow]) -> tuple[Cell, ...]:
    done = {row.cell for row in rows}
    return tuple(cell for cell in cells if cell not in done)


def write_tables(study: Study, rows: Sequence[StudyRow]) -> None:
    """table.md, table.json and, once there is a pair, differences.png."""
    write_text(study.out / TABLE, markdown(rows, study.command))
    write_json(study.out / RESULT, document(rows))
    comparisons = comparisons_of(rows)
    if comparisons:
        write_bytes(study.out / FIGURE, differences_png(comparisons))
