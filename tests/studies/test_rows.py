"""Rows come back from their journal, each cell once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from augscore.runs.journal import Journal
from augscore.studies.cells import Cell
from augscore.studies.rows import read_rows
from tests.studies.made_up import row

FIRST = row(Cell("simclr", "none", 0), 61.25)
SECOND = row(Cell("simclr", "score", 0), 62.5)


def _journal(path: Path, *entries: dict[str, object]) -> Path:
    with Journal(path) as journal:
        for entry in entries:
            journal.append(entry)
    return path


def test_rows_come_back(tmp_path: Path) -> None:
    path = _journal(tmp_path / "rows.jsonl", FIRST.to_json(), SECOND.to_json())
    assert read_rows(path) == (FIRST, SECOND)
    assert read_rows(tmp_path / "none.jsonl") == ()


def test_the_first_row_of_a_cell_counts(tmp_path: Path) -> None:
    again = replace(FIRST, knn=99.0)
    path = _journal(tmp_path / "rows.jsonl", FIRST.to_json(), again.to_json())
    assert read_rows(path) == (FIRST,)


def test_a_row_cut_short_is_no_row(tmp_path: Path) -> None:
    path = _journal(tmp_path / "rows.jsonl", FIRST.to_json(), SECOND.to_json())
    path.write_bytes(path.read_bytes()[:-10])
    assert read_rows(path) == (FIRST,)


@pytest.mark.parametrize("change", [{"knn": "high"}, {"method": 3}, {"seed": 0.5}])
def test_what_is_no_row_of_a_study_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = _journal(tmp_path / "rows.jsonl", {**FIRST.to_json(), **change})
    with pytest.raises(TypeError):
        read_rows(path)
