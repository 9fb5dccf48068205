"""What `study weighting` shows: its grid, a line a finished run, its table and what that says."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .figures import count, duration, plural
from .lines import Line, line, table

if TYPE_CHECKING:
    from augscore.studies.cells import Cell
    from augscore.studies.forecast import Forecast, Kind
    from augscore.studies.rows import StudyRow

WIDTH = 80


def grid_lines(expected: Forecast, device: str) -> list[Line]:
    """A row a method and weighting, what comes before them, and what it all comes to."""
    rows = table([_GRID_HEAD, *map(_grid_cells, expected.kinds)])
    score = expected.score_seconds
    first = [line(f"before them a score network, about {duration(score)}")] if score else []
    return [*map(line, rows), *first, _grid_sum(expected, device)]


_GRID_HEAD = ["method, weights", "seeds", "done", "to do", "a run"]


def _grid_cells(kind: Kind) -> list[str]:
    numbers = (kind.done + kind.missing, kind.done, kind.missing)
    return [f"{kind.method}, {kind.weighting}", *map(count, numbers), duration(kind.seconds)]


def _grid_sum(expected: Forecast, device: str) -> Line:
    done = sum(kind.done for kind in expected.kinds)
    missing = sum(kind.missing for kind in expected.kinds)
    left = f"about {duration(expected.seconds)} on {device}" if missing else "nothing left"
    return line(
        f"{plural(done + missing, 'run')}: {count(done)} done, {count(missing)} to do, {left}"
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
