"""The lock of a run's folder: one process at a time, and never one that is no more."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from augscore.errors import UsageError
from augscore.runs import lock
from augscore.runs.lock import NAME, locked

HOLD = """
import sys, time
from pathlib import Path
from augscore.runs.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_another_process_is_refused_and_told_whose_it_is(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        with pytest.raises(UsageError, match=rf"process \({process.pid}\)") as caught:
            locked(tmp_path).__enter__()
    finally:
        process.kill()
        process.communicate(timeout=60)
    assert caught.value.code == "run_in_use"
    assert caught.value.exit_code == 2
    assert "--out" in caught.value.hint


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    process = holder(tmp_path)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert (tmp_path / NAME).exists()
    with locked(tmp_path):
        assert (tmp_path / NAME).read_text() == str(os.getpid())
    assert os.listdir(tmp_path) == []


def test_a_lock_file_that_nobody_holds_is_taken_whatever_it_says(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(f"{os.getppid()}, and more than a number")
    with locked(tmp_path):
        assert (tmp_path / NAME).read_text() == str(os.getpid())


def test_the_lock_is_given_back_by_an_exception(tmp_path: Path) -> None:
    with pytest.raises(KeyError), locked(tmp_path):
        raise KeyError
    with locked(tmp_path):
        pass


def test_a_second_time_in_one_process_is_refused(tmp_path: Path) -> None:
    refused: list[str] = []

    def work() -> None:
        try:
            with locked(tmp_path):
                pass
        except UsageError as error:
            refused.append(error.code)

    with locked(tmp_path):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert (tmp_path / NAME).exists()
    assert refused == ["run_in_use"]


def test_a_lock_that_was_taken_away_before_it_was_got_counts_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []
    really = lock._try_to_lock

    def late(descriptor: int) -> bool:
        tries.append(descriptor)
        if len(tries) == 1:
            (tmp_path / NAME).unlink()
        return really(descriptor)

    monkeypatch.setattr(lock, "_try_to_lock", late)
    with locked(tmp_path):
        assert len(tries) == 2
        assert (tmp_path / NAME).read_text() == str(os.getpid())
