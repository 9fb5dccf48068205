"""metrics.jsonl: a continued run takes back what it will write again; nothing is lost for long."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from augscore.errors import HostError
from augscore.runs import metrics
from augscore.runs.metrics import MetricsLog


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "metrics.jsonl"
    log = MetricsLog(path, 0)
    for step in (2, 4, 6, 8):
        log.append({"step": step, "loss": 1 / step})
    return path


def steps(path: Path) -> list[int]:
    return [json.loads(line)["step"] for line in path.read_text().splitlines()]


def test_rows_are_appended_whole(path: Path) -> None:
    assert json.loads(path.read_text().splitlines()[1]) == {"step": 4, "loss": 0.25}
    assert path.read_text().endswith("\n")


def test_rows_are_on_the_disk_before_append_returns(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda number: synced.append(path.read_text()))
    MetricsLog(path, 8).append({"step": 10})
    assert synced == [path.read_text()]


@pytest.mark.parametrize(
    ("step", "kept"), [(0, []), (3, [2]), (4, [2, 4]), (8, [2, 4, 6, 8]), (99, [2, 4, 6, 8])]
)
def test_rows_after_the_step_are_dropped(path: Path, step: int, kept: list[int]) -> None:
    log = MetricsLog(path, step)
    log.flush()
    assert steps(path) == kept
    log.append({"step": 100})
    assert steps(path) == [*kept, 100]


@pytest.mark.parametrize(
    "tail",
    [b'{"step": 9, "lo', b"{", b"[1, 2]\n", b'{"loss": 1}\n', b"\0\0\0", b'{"step": 9}\xff\xfe\n'],
)
def test_rows_that_were_cut_short_or_hold_no_step_are_dropped(path: Path, tail: bytes) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole + tail)
    MetricsLog(path, 50).append({"step": 60})
    assert path.read_bytes() == whole + b'{"step": 60}\n'


def test_a_last_row_without_its_line_end_is_completed(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])
    MetricsLog(path, 50).append({"step": 60})
    assert steps(path) == [2, 4, 6, 8, 60]


def test_a_file_that_is_not_there_stays_away(tmp_path: Path) -> None:
    MetricsLog(tmp_path / "metrics.jsonl", 3).flush()
    assert list(tmp_path.iterdir()) == []


def test_values_that_json_cannot_hold_are_refused(path: Path) -> None:
    before = path.read_text()
    log = MetricsLog(path, 8)
    with pytest.raises(ValueError, match="JSON"):
        log.append({"step": 9, "loss": float("nan")})
    assert path.read_text() == before


@pytest.mark.parametrize("half", [b"", b'{"st', b'{"step": 10}\n'])
def test_a_row_that_could_not_be_written_comes_with_the_next(
    half: bytes, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(to: Path, line: str) -> None:
        to.write_bytes(to.read_bytes() + half)
        raise OSError(errno.ENOSPC, "no space")

    log = MetricsLog(path, 8)
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "_append", full)
        with pytest.raises(OSError, match="no space"):
            log.append({"step": 10})
    log.append({"step": 12})
    assert steps(path) == [2, 4, 6, 8, 10, 12]
    log.flush()
    assert steps(path) == [2, 4, 6, 8, 10, 12]


def test_rows_wait_as_long_as_the_disk_is_full(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(to: Path, text: str) -> None:
        raise HostError("no space left", code="disk_full")

    before = path.read_bytes()
    log = MetricsLog(path, 4)
    with monkeypatch.context() as patch:
        patch.setattr(metrics, "write_text", full)
        for step in (6, 8, 10):
            with pytest.raises(HostError):
                log.append({"step": step})
    assert path.read_bytes() == before
    log.flush()
    assert steps(path) == [2, 4, 6, 8, 10]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux")
def test_a_full_disk_is_named(path: Path) -> None:
    log = MetricsLog(path, 8)
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(HostError, match=r"metrics\.jsonl.*no space left"):
        log.append({"step": 10})
