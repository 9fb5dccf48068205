"""A study continues and grows, whatever ended it; runs are made up."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from augscore.errors import UsageError
from augscore.runtime import StopFlag
from augscore.studies.cells import Cell, grid
from augscore.studies.rows import StudyRow, read_rows
from augscore.studies.weighting import RunCell, Study, StudyHooks, StudyResult, run_study
from tests.studies.made_up import row

CELLS = grid(["simclr"], ["none", "score"], seeds=2)


def _study(out: Path, cells: tuple[Cell, ...] = CELLS, epochs: int = 10) -> Study:
    return Study(
        out, cells, {"epochs": epochs, "arch": "small"}, {"source": "photos"}, "augscore …"
    )


def _run(study: Study, run_cell: RunCell, stop: StopFlag | None = None) -> StudyResult:
    hooks = StudyHooks(lambda cell, missing: None, lambda row: None, stop or StopFlag())
    return run_study(study, run_cell, hooks)


class _Runner:
    """Every cell at once, up to the one that `breaks`; remembers what it was asked."""

    def __init__(self, breaks: Cell | None = None) -> None:
        self.asked: list[Cell] = []
        self._breaks = breaks

    def __call__(self, cell: Cell) -> StudyRow | None:
        self.asked.append(cell)
        if cell == self._breaks:
            raise RuntimeError("power is out")
        return row(cell, 60.0 + cell.seed + (cell.weighting == "score"))


def test_all_runs_give_a_row_each_and_the_tables(tmp_path: Path) -> None:
    runner = _Runner()
    result = _run(_study(tmp_path / "s"), runner)
    assert runner.asked == list(CELLS)
    assert result.complete
    assert result.rows == read_rows(tmp_path / "s" / "rows.jsonl")
    assert {p.name for p in (tmp_path / "s").iterdir()} >= {
        "rows.jsonl",
        "run.json",
        "table.md",
        "table.json",
        "differences.png",
    }
    assert json.loads((tmp_path / "s" / "table.json").read_text())["rows"] == [
        r.to_json() for r in result.rows
    ]


def test_the_same_command_again_runs_nothing(tmp_path: Path) -> None:
    first = _run(_study(tmp_path / "s"), _Runner())
    again = _Runner()
    assert _run(_study(tmp_path / "s"), again).rows == first.rows
    assert again.asked == []


def test_what_was_finished_is_kept_when_a_run_breaks(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="power is out"):
        _run(_study(tmp_path / "s"), _Runner(breaks=CELLS[2]))
    assert [r.cell for r in read_rows(tmp_path / "s" / "rows.jsonl")] == list(CELLS[:2])
    assert "+1.00" in (tmp_path / "s" / "table.md").read_text(encoding="utf-8")
    rest = _Runner()
    assert _run(_study(tmp_path / "s"), rest).complete
    assert rest.asked == list(CELLS[2:])


def test_a_row_that_was_cut_short_is_run_again(tmp_path: Path) -> None:
    _run(_study(tmp_path / "s"), _Runner())
    path = tmp_path / "s" / "rows.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    rest = _Runner()
    result = _run(_study(tmp_path / "s"), rest)
    assert rest.asked == [CELLS[-1]]
    assert [r.cell for r in result.rows] == list(CELLS)


def test_more_seeds_and_weightings_are_added(tmp_path: Path) -> None:
    _run(_study(tmp_path / "s"), _Runner())
    wider = grid(["simclr"], ["none", "score", "permuted"], seeds=2)
    runner = _Runner()
    result = _run(_study(tmp_path / "s", wider), runner)
    assert {cell.weighting for cell in runner.asked} == {"permuted"}
    assert len(result.rows) == 6
    assert _run(_study(tmp_path / "s", CELLS[:1]), _Runner()).rows == result.rows


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    _run(_study(tmp_path / "s"), _Runner())
    with pytest.raises(UsageError, match="epochs: 10 → 20") as refused:
        _run(_study(tmp_path / "s", epochs=20), _Runner())
    assert refused.value.code == "resume_mismatch"


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt") as refused:
        _run(_study(tmp_path), _Runner())
    assert refused.value.code == "output_exists"
    assert [p.name for p in tmp_path.iterdir() if p.name != ".lock"] == ["notes.txt"]


def test_a_signal_ends_the_study_between_runs(tmp_path: Path) -> None:
    stop = StopFlag()

    def run(cell: Cell) -> StudyRow:
        stop.stop("SIGINT")
        return row(cell, 60.0)

    result = _run(_study(tmp_path / "s"), run, stop)
    assert [r.cell for r in result.rows] == [CELLS[0]]
    assert (result.complete, result.stopped_by) == (False, "SIGINT")
    assert result.missing == CELLS[1:]


def test_a_run_that_a_signal_stopped_has_no_row(tmp_path: Path) -> None:
    stop = StopFlag()

    def run(cell: Cell) -> None:
        stop.stop("SIGTERM")

    result = _run(_study(tmp_path / "s"), run, stop)
    assert result.rows == ()
    assert result.stopped_by == "SIGTERM"
    assert _run(_study(tmp_path / "s"), _Runner()).complete


def test_a_result_says_what_is_missing(tmp_path: Path) -> None:
    result = replace(_run(_study(tmp_path / "s"), _Runner()), missing=(CELLS[1],))
    told = result.to_json()
    assert told["complete"] is False
    assert told["missing"] == ["simclr-score-0"]
