"""metrics.jsonl: a continued run takes back what it will write again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from augscore.runs.metrics import append, keep_until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.jsonl"
    for step in (2, 4, 6, 8):
        append(path, {"step": step, "loss": 1 / step})
    return path


def steps(path: Path) -> list[int]:
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_rows_are_appended_whole(path: Path) -> None:
    assert json.loads(path.read_text().splitlines()[1]) == {"step": 4, "loss": 0.25}
    assert path.read_text().endswith("\n")


@pytest.mark.parametrize(
    ("step", "kept"), [(0, []), (3, [2]), (4, [2, 4]), (8, [2, 4, 6, 8]), (99, [2, 4, 6, 8])]
)
def test_rows_after_the_step_are_dropped(path: Path, step: int, kept: list[int]) -> None:
    keep_until(path, step)
    assert steps(path) == kept
    append(path, {"step": 100})
    assert steps(path) == [*kept, 100]


@pytest.mark.parametrize("tail", ['{"step": 9, "lo', "{", "[1, 2]\n", '{"loss": 1}\n', "\0\0\0"])
def test_rows_that_were_cut_short_or_hold_no_step_are_dropped(path: Path, tail: str) -> None:
    whole = path.read_text()
    path.write_text(whole + tail)
    keep_until(path, 50)
    assert path.read_text() == whole


def test_a_file_that_is_not_there_stays_away(tmp_path: Path) -> None:
    keep_until(tmp_path / "metrics.jsonl", 3)
    assert list(tmp_path.iterdir()) == []


def test_values_that_json_cannot_hold_are_refused(path: Path) -> None:
    before = path.read_text()
    with pytest.raises(ValueError, match="JSON"):
        append(path, {"step": 9, "loss": float("nan")})
    assert path.read_text() == before
