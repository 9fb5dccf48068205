"""`augscore audit` in two processes of torchrun: one verdict, one voice, one command to go on."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Child = Callable[..., subprocess.CompletedProcess[str]]

# Its own options end at --, since it would take --n for several of them.
TORCHRUN = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
SMALL = ("--size", "64", "--n", "12", "--op-images", "2", "--draws", "2", "--levels", "2")
NEVER = """\
augscore_policy: 1
name: never
size: 64
views:
  - transforms:
      - RandomHorizontalFlip: {p: 0.5}
      - RandomSolarize: {threshold: 0.4, p: 0}
"""


def started(*arguments: str | Path, processes: int = 2) -> subprocess.Popen[str]:
    command = [*TORCHRUN, "--nproc-per-node", str(processes), "-m", "--", "augscore_cli", "audit"]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ,
    )


def together(*arguments: str | Path, processes: int = 2) -> tuple[int, str, str]:
    """Exit code of torchrun, stdout, and what augscore itself said on stderr."""
    process = started(*arguments, processes=processes)
    stdout, stderr = process.communicate(timeout=600)
    assert process.returncode is not None
    return process.returncode, stdout, stderr


@pytest.fixture
def common(photos: Path, model_file: Path) -> tuple[str | Path, ...]:
    """A faulty policy on six photos."""
    Path("never.yaml").write_text(NEVER)
    return "never.yaml", "--data", photos, "--model", model_file, "--workers", "1", *SMALL


def written(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.name != "run.json"}


def without_time(screen: str) -> list[str]:
    return [row.rpartition("   cpu, ")[0] or row for row in screen.splitlines()]


def errors(stderr: str) -> list[str]:
    return [row for row in stderr.splitlines() if row.startswith("error: ")]


def test_two_processes_are_one(common: tuple[str | Path, ...], child: Child) -> None:
    code, stdout, stderr = together(*common, "--out", "two", "--json", "two.json")
    assert code == 1, stderr
    assert errors(stderr) == []
    assert stderr.count("wrote two: ") == 1
    one = child("audit", *common, "--out", "one", "--json", "one.json")
    assert one.returncode == 1
    assert stdout.startswith("FAIL")
    assert without_time(stdout) == without_time(one.stdout)
    assert written("two") == written("one")
    assert Path("two.json").read_bytes() == Path("one.json").read_bytes()
    runs = [json.loads(Path(name, "run.json").read_text()) for name in ("two", "one")]
    assert [run["settings"] for run in runs[1:]] == [run["settings"] for run in runs[:1]]
    again = child("audit", *common, "--out", "two")
    assert "continues two: 6 images done before" in again.stderr
    assert written("two") == written("one")
    code, _, stderr = together(*common, "--out", "two")
    assert "note: continues: 6 images were done before" in stderr
    assert written("two") == written("one")


def test_without_a_folder_and_with_a_second_policy(
    common: tuple[str | Path, ...], child: Child
) -> None:
    code, stdout, stderr = together(*common, "--compare", "identity", "--json", "-", processes=3)
    one = child("audit", *common, "--compare", "identity", "--json", "-")
    assert code == one.returncode == 1, stderr
    assert stdout == one.stdout
    assert json.loads(stdout)["comparison"]["what"] == "compare"


def test_what_both_are_refused_is_said_once(common: tuple[str | Path, ...]) -> None:
    for arguments, words in {
        ("--gates", "nowhere.yaml"): "cannot find 'nowhere.yaml'",
        ("--shard", "1/2", "--out", "y"): "--shard and torchrun both divide the images",
    }.items():
        code, stdout, stderr = together(*common, *arguments)
        assert (code, stdout) == (1, "")
        assert len(errors(stderr)) == 1
        assert words in errors(stderr)[0]


def journals(out: str) -> list[int]:
    return [p.read_bytes().count(b"\n") for p in Path(out).glob("parts/*/measurements.jsonl")]


@pytest.fixture
def many(photos: Path, model_file: Path) -> tuple[str | Path, ...]:
    """Enough pictures to be interrupted among them."""
    Path("never.yaml").write_text(NEVER)
    Path("many").mkdir()
    for i in range(60):
        shutil.copy(photos / f"{'0' if i % 3 else '2'}.jpg", f"many/{i:04d}.jpg")
    small = ("--size", "64", "--op-images", "0", "--draws", "2", "--levels", "2")
    return (
        *("never.yaml", "--data", "many", "--model", model_file, *small),
        *("--workers", "1", "--batch-size", "1"),
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends signals")
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_whatever_ends_it_the_same_command_continues(
    how: str, many: tuple[str | Path, ...], child: Child
) -> None:
    process = started(*many, "--out", "m")
    deadline = time.monotonic() + 300
    while len(journals("m")) < 2 or min(journals("m")) < 2:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(getattr(signal, how))
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 1
    assert stderr.count(f"stopped by {how}: m keeps the parts, and the same command") == 1
    done = sum(journals("m"))
    assert 4 <= done < 60
    assert stdout.startswith(f"INCONCLUSIVE  stopped by {how}")
    assert stderr.count("wrote m: ") == 1
    assert "--out m" not in stderr
    report = json.loads(Path("m/report.json").read_text())
    assert (report["complete"], report["stopped_by"]) == (False, how)
    assert (report["status"], report["data"]["measured"]) == ("inconclusive", done)
    assert not Path("m/measurements.jsonl").exists()
    other = child("audit", *many, "--out", "m")
    assert other.returncode == 2
    assert "was begun with other settings (processes: 2 → 1)" in other.stderr
    code, _, stderr = together(*many, "--out", "m", processes=3)
    assert code == 1
    assert len(errors(stderr)) == 1
    assert "was begun with other settings (processes: 2 → 3)" in errors(stderr)[0]
    code, _, stderr = together(*many, "--out", "m")
    told = re.findall(r"^note: continues: (\d+) images were done before$", stderr, re.MULTILINE)
    assert told == [str(done)]
    assert child("audit", *many, "--out", "n").returncode == code
    assert written("m") == written("n")
    assert not Path("m/parts").exists()
