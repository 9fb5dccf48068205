"""Event files, read back by TensorBoard's own reader."""

from __future__ import annotations

import math
from dataclasses import fields
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from augscore.runtime import Note
from augscore.training.reporting import tensorboard
from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.tensorboard import TAGS, TensorBoardSink


def _row(step: int, loss: float = 1.0) -> LogRow:
    return LogRow(
        step=step, steps=100, epoch=step / 10, loss=loss, knn=50.0 if step == 20 else None
    )


def _write(folder: Path, rows: list[LogRow], start: int = 0) -> list[Note]:
    notes: list[Note] = []
    sink = TensorBoardSink(folder, start, notes.append)
    for row in rows:
        sink.row(row)
    sink.close()
    return notes


def _read(folder: Path, tag: str) -> list[tuple[int, float]]:
    events = EventAccumulator(str(folder)).Reload()
    return [(e.step, e.value) for e in events.Scalars(tag)]


def test_every_tag_is_that_of_a_field() -> None:
    assert set(TAGS) <= {f.name for f in fields(LogRow)}
    assert len(set(TAGS.values())) == len(TAGS)


def test_rows_come_back_and_what_is_absent_makes_no_point(tmp_path: Path) -> None:
    assert _write(tmp_path, [_row(10, 3.0), _row(20, 2.0), _row(30, math.nan)]) == []
    assert _read(tmp_path, "train/loss") == [(10, 3.0), (20, 2.0)]
    assert _read(tmp_path, "evaluation/knn") == [(20, 50.0)]


def test_a_continued_run_has_each_step_once(tmp_path: Path) -> None:
    _write(tmp_path, [_row(s, 1.0) for s in (10, 20, 30, 40)])
    _write(tmp_path, [_row(s, 2.0) for s in (30, 40, 50)], start=20)
    assert _read(tmp_path, "train/loss") == [(10, 1.0), (20, 1.0), (30, 2.0), (40, 2.0), (50, 2.0)]


def test_a_row_is_on_the_disk_before_the_run_ends(tmp_path: Path) -> None:
    sink = TensorBoardSink(tmp_path, 0, _no_note)
    sink.row(_row(10, 3.0))
    assert _read(tmp_path, "train/loss") == [(10, 3.0)]
    sink.close()


def test_without_the_extra_there_is_a_note_and_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tensorboard, "find_spec", lambda name: None)
    notes = _write(tmp_path / "t", [_row(10)])
    assert [note.code for note in notes] == ["tensorboard_missing"]
    assert not (tmp_path / "t").exists()


def test_a_folder_that_cannot_be_made_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    notes = _write(tmp_path / "file" / "t", [_row(10), _row(20)])
    assert [note.code for note in notes] == ["tensorboard_unwritten"]


def _no_note(note: Note) -> None:
    raise AssertionError(note)
