"""What `study weighting` shows: its grid, a line a finished run, its table and what that says."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figures import count, duration, plural
from .lines import Line, line, table

if TYPE_CHECKING:
    from augscore.studies.cells import Cell
    from augscore.studies.rows import StudyRow

WIDTH = 80


def grid_line(cells: Sequence[Cell], missing: Sequence[Cell], seconds: float, device: str) -> Line:
    done = len(cells) - len(missing)
    left = f"about {duration(seconds)} on {device}" if missing else "nothing left"
    return line(
        f"{plural(len(cells), 'run')}: {count(done)} done, {count(len(missing))} to do, {left}"
    )


def started_line(cell: Cell, missing: int) -> Line:
    others = f", {plural(missing - 1, 'run')} to follow" if missing > 1 else ""
    return line(f"{cell.method}, weights {cell.weighting}, seed {cell.seed}{others}")


def row_line(row: StudyRow) -> Line:
    return line(
        f"{row.cell.name}  k-NN {row.knn:.1f} % ({row.knn_low:.1f} to {row.knn_high:.1f})  "
        f"{duration(row.seconds)}"
    )


def result_lines(rows: Sequence[StudyRow]) -> list[Line]:
    from augscore.studies.table import sentences, setting, table_rows

    told = [setting(rows), *sentences(rows)]
    wrapped = [line(part) for text in told for part in textwrap.wrap(text, WIDTH)]
    return [*(line(row) for row in table(table_rows(rows))), *wrapped] if rows else wrapped
