"""`augscore measure` as a process: signals, continuing, a terminal, a closed pipe."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

SCHEMA = json.loads((files("augscore") / "schemas/measure-1.json").read_text())


def started(model_file: Path, folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "augscore_cli", "measure", str(folder), "--model"]
    return subprocess.Popen(
        [*command, str(model_file), "--size", "64", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


@pytest.fixture
def many(photos: Path, tmp_path: Path) -> Path:
    """Enough pictures to be interrupted among them."""
    folder = tmp_path / "many"
    folder.mkdir()
    data = (photos / "0.jpg").read_bytes()
    for i in range(3000):
        (folder / f"{i:04d}.jpg").write_bytes(data)
    return folder


def until_some_are_measured(process: subprocess.Popen[str]) -> None:
    """More than the journal has told of before."""
    before = journalled()
    deadline = time.monotonic() + 120
    while journalled() <= before:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def journalled() -> int:
    journal = Path("m/journal.jsonl")
    return journal.stat().st_size if journal.exists() else 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_leaves_a_partial_result(
    number: signal.Signals, code: int, many: Path, model_file: Path
) -> None:
    process = started(model_file, many, "--out", "m", "--batch-size", "4", "--json", "m.json")
    until_some_are_measured(process)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == code, stderr
    assert f"INCOMPLETE: stopped by {number.name}" in stdout
    assert "Traceback" not in stderr
    last = stderr.splitlines()[-1]
    assert last.startswith("Next: augscore measure ")
    assert last.endswith(" --size 64 --out m")
    document = json.loads(Path("m.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert document["complete"] is False
    assert document["stopped_by"] == number.name
    rows = Path("m/rows.jsonl").read_text().splitlines()
    assert 0 < len(rows) == document["data"]["measured"] < 3000
    assert json.loads(Path("m/summary.json").read_text())["complete"] is False


@pytest.mark.slow
def test_the_same_command_continues(many: Path, model_file: Path) -> None:
    for path in sorted(many.iterdir())[60:]:
        path.unlink()
    for number in (signal.SIGINT, signal.SIGKILL):
        process = started(model_file, many, "--out", "m", "--batch-size", "4")
        until_some_are_measured(process)
        process.send_signal(number)
        process.communicate(timeout=120)
    again = started(model_file, many, "--out", "m")
    _, stderr = again.communicate(timeout=240)
    assert again.returncode == 0, stderr
    assert re.search(r"^continues m: \d+ files were done before$", stderr, re.MULTILINE)
    straight = started(model_file, many, "--out", "n")
    assert straight.communicate(timeout=240)[0]
    for name in ("rows.jsonl", "sheet.png", "summary.json"):
        assert (Path("m") / name).read_bytes() == (Path("n") / name).read_bytes()
    assert not Path("m/journal.jsonl").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_a_bar_and_a_pipe_the_result(photos: Path, model_file: Path) -> None:
    import pty

    terminal, theirs = pty.openpty()
    command = [sys.executable, "-m", "augscore_cli", "measure", str(photos), "--model"]
    process = subprocess.Popen(
        [*command, str(model_file), "--size", "64"], stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    seen = b""
    try:
        while chunk := os.read(terminal, 65536):
            seen += chunk
    except OSError:  # Linux: the other end was closed
        pass
    os.close(terminal)
    stdout, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert b"starting" in seen
    assert b"measuring" in seen
    assert b"\x1b" in seen
    assert b"Next: augscore measure" in seen
    assert b"\x1b" not in stdout
    assert b"strength [noise sd]" in stdout


def test_a_closed_pipe_exits_141(photos: Path, model_file: Path) -> None:
    process = started(model_file, photos, "--json", "-")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(timeout=120) == 141
    assert process.stderr is not None
    text = process.stderr.read()
    process.stderr.close()
    assert "Traceback" not in text
    assert "BrokenPipe" not in text
