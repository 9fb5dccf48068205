"""Processes that torchrun started: one of a machine tells what all of them found wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from augscore.errors import HostError, UsageError
from augscore_cli import siblings
from tests.cli.test_failures import ending


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """This process is the second; gets how long it waited."""
    waited: list[float] = []
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(siblings.time, "sleep", waited.append)
    return waited


@pytest.mark.parametrize("rank", [None, "0"])
def test_the_first_speaks_at_once(rank: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings.time, "sleep", lambda seconds: pytest.fail("waits"))
    if rank is not None:
        monkeypatch.setenv("LOCAL_RANK", rank)
    result = ending(UsageError("no such thing", code="usage"))
    assert (result.exit_code, result.stderr) == (2, "error: no such thing\n")


@pytest.mark.parametrize("error", [UsageError("m", code="usage"), HostError("m", code="disk_full")])
def test_another_is_silent_when_it_is_ended(
    error: UsageError | HostError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(seconds: float) -> None:
        raise SystemExit(143)

    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(siblings.time, "sleep", ended)
    result = ending(error)
    assert (result.exit_code, result.output) == (error.exit_code, "")


def test_another_that_failed_alone_speaks(second: list[float]) -> None:
    result = ending(HostError("no such device", code="device_unavailable"))
    assert (result.exit_code, result.stderr) == (4, "error: no such device\n")
    assert second == [siblings.PATIENCE]


@pytest.mark.slow
def test_a_mistake_is_told_once_under_torchrun(tmp_path: Path) -> None:
    torchrun = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
    began = time.monotonic()
    words = ["train", "simclr", "nowhere", "-o", "run"]
    process = subprocess.run(
        [*torchrun, "--nproc-per-node", "2", "-m", "augscore_cli", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    lines = process.stderr.splitlines()
    (told,) = (line for line in lines if line.startswith("error: "))
    assert told.startswith("error: cannot find 'nowhere'"), process.stderr
    assert time.monotonic() - began < 100
