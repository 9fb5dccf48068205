"""How long a study takes, from finished runs where there are any; the others are made up."""

from __future__ import annotations

from augscore.studies.cells import Cell, grid
from augscore.studies.forecast import Forecast, Kind, kinds_of
from tests.studies.made_up import row

CELLS = grid(["simclr", "moco"], ["none", "score", "inverted", "pixel"], seeds=2)


def test_only_what_differs_in_cost_is_timed() -> None:
    timed: list[Cell] = []

    def seconds(cell: Cell) -> float:
        timed.append(cell)
        return 10.0 * len(timed)

    kinds = kinds_of(CELLS, (), seconds)
    assert [(cell.method, cell.weighting) for cell in timed] == [
        ("simclr", "none"),
        ("simclr", "score"),
        ("moco", "none"),
        ("moco", "score"),
    ]
    assert kinds[:4] == (
        Kind("simclr", "none", 0, 2, 10.0),
        Kind("simclr", "score", 0, 2, 20.0),
        Kind("simclr", "inverted", 0, 2, 20.0),
        Kind("simclr", "pixel", 0, 2, 10.0),
    )
    assert [(kind.method, kind.seconds) for kind in kinds[4:]] == [
        ("moco", 30.0),
        ("moco", 40.0),
        ("moco", 40.0),
        ("moco", 30.0),
    ]


def test_finished_runs_say_how_long_the_others_take() -> None:
    cells = [cell for cell in CELLS if cell.method == "simclr"]
    rows = [
        row(Cell("simclr", "none", 0), 60.0, seconds=100.0),
        row(Cell("simclr", "none", 1), 60.0, seconds=140.0),
        row(Cell("simclr", "score", 0), 60.0, seconds=200.0),
    ]
    kinds = kinds_of(cells, rows, lambda cell: 1 / 0)
    assert kinds == (
        Kind("simclr", "none", 2, 0, 120.0),
        Kind("simclr", "score", 1, 1, 200.0),
        Kind("simclr", "inverted", 0, 2, 200.0),
        Kind("simclr", "pixel", 0, 2, 120.0),
    )
    assert Forecast(kinds, 30.0).seconds == 200 + 2 * 200 + 2 * 120 + 30
