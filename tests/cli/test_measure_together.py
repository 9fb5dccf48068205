"""`augscore measure` in two processes of torchrun: one result, one voice, one command to go on."""

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
TORCHRUN = [sys.executable, "-P", "-m", "torch.distributed.run", "--standalone"]
IMAGES = 48


def started(*arguments: str | Path, processes: int = 2) -> subprocess.Popen[str]:
    command = [*TORCHRUN, "--nproc-per-node", str(processes), "-m", "augscore_cli", "measure"]
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
def common(photos: Path, model_file: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    """Pictures with copies, at 64 px."""
    folder = tmp_path / "mixed"
    shutil.copytree(photos, folder)
    for i in range(6):
        name = f"{'b/' if i % 2 else ''}copy-{i}.jpg"
        shutil.copy(photos / ("0.jpg" if i < 3 else "2.jpg"), folder / name)
    return folder, "--model", model_file, "--size", "64", "--workers", "1"


def written(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.name != "run.json"}


def without_time(screen: str) -> list[str]:
    return [row for row in screen.splitlines() if not row.startswith("cpu, ")]


def test_any_number_of_processes_is_one(common: tuple[str | Path, ...], child: Child) -> None:
    outputs = ("--out", "three", "--json", "three.json")
    code, stdout, stderr = together(*common, *outputs, processes=3)
    assert code == 0, stderr
    assert stderr.count("wrote three: ") == 1
    one = child("measure", *common, "--out", "one", "--json", "one.json", "--list", "one.csv")
    assert written("three") == written("one")
    document = Path("one.json").read_text("utf-8")
    assert Path("three.json").read_text("utf-8") == document
    assert without_time(stdout) == without_time(one.stdout)
    assert len({row["path"] for row in json.loads(document)["images"]}) == 11
    code, stdout, stderr = together(*common, "--json", "-", "--list", "two.csv")
    assert code == 0, stderr
    assert stdout == document
    assert Path("two.csv").read_bytes() == Path("one.csv").read_bytes()


def errors(stderr: str) -> list[str]:
    return [row for row in stderr.splitlines() if row.startswith("error: ")]


def test_what_both_are_refused_is_said_once(model_file: Path) -> None:
    for arguments, words in {
        ("x", "--veiws", "2"): "error: No such option '--veiws'. Did you mean '--views'?",
        ("x", "--shard", "1/2", "--out", "y"): "error: --shard and torchrun both divide the images"
        "; use one of them",
    }.items():
        code, _, stderr = together(*arguments)
        assert code == 1
        assert errors(stderr) == [words]


def test_a_folder_that_the_first_refuses_ends_all(common: tuple[str | Path, ...]) -> None:
    Path("mine").mkdir()
    Path("mine/letter.txt").touch()
    code, _, stderr = together(*common, "--out", "mine")
    assert code == 1
    assert len(errors(stderr)) == 1
    assert "holds other files (letter.txt)" in errors(stderr)[0]
    assert [p.name for p in Path("mine").iterdir()] == ["letter.txt"]


def test_processes_that_do_not_find_each_other(child: Child, photos: Path) -> None:
    alone = child("measure", photos, env={"WORLD_SIZE": "2", "RANK": "0"})
    assert alone.returncode == 4
    assert "error: WORLD_SIZE is 2, but" in alone.stderr
    assert "Start them with torchrun, or unset WORLD_SIZE" in alone.stderr


@pytest.fixture
def many(photos: Path, model_file: Path, tmp_path: Path) -> tuple[str | Path, ...]:
    """Enough pictures to be interrupted among them."""
    folder = tmp_path / "many"
    folder.mkdir()
    for i in range(IMAGES):
        shutil.copy(photos / f"{'0' if i % 3 else '2'}.jpg", folder / f"{i:04d}.jpg")
    return folder, "--model", model_file, "--size", "64", "--batch-size", "2", "--workers", "1"


def journals(out: str) -> list[int]:
    return [path.read_bytes().count(b"\n") for path in Path(out).glob("parts/*/journal.jsonl")]


def until_both_have_measured(process: subprocess.Popen[str]) -> None:
    """Four of each, and more than were done before."""
    before = sum(journals("m"))
    deadline = time.monotonic() + 240
    while len(now := journals("m")) < 2 or min(now) < 4 or sum(now) <= before:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)


def workers_of(process: subprocess.Popen[str]) -> dict[int, int]:
    """Rank → process number."""
    found: dict[int, int] = {}
    for task in Path(f"/proc/{process.pid}/task").iterdir():
        for pid in (task / "children").read_text().split():
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            ranks = [row.removeprefix(b"RANK=") for row in environment if row.startswith(b"RANK=")]
            found |= {int(rank): int(pid) for rank in ranks}
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_whatever_ends_it_the_same_command_continues(
    many: tuple[str | Path, ...], child: Child
) -> None:
    done = 0
    for how in ("SIGINT", "SIGTERM", "one is killed"):
        process = started(*many, "--out", "m")
        until_both_have_measured(process)
        if how == "one is killed":
            os.kill(workers_of(process)[1], signal.SIGKILL)
        else:
            process.send_signal(getattr(signal, how))
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 1
        if how == "one is killed":
            assert len(errors(stderr)) == 1
            assert "another process of this job ended early" in errors(stderr)[0]
        else:
            assert stderr.count(f"stopped by {how}: m keeps the parts, and the same command") == 1
        assert told_done(stderr) == ([str(done)] if done else [])
        done = sum(journals("m"))
        assert 8 <= done < IMAGES
    other = child("measure", *many, "--out", "m")
    assert other.returncode == 2
    assert "unfinished result of other settings (processes: 2 → None)" in other.stderr
    code, _, stderr = together(*many, "--out", "m", processes=3)
    assert code == 1
    assert "unfinished result of other settings (processes: 2 → 3)" in errors(stderr)[0]
    code, _, stderr = together(*many, "--out", "m")
    assert code == 0, stderr
    assert told_done(stderr) == [str(done)]
    assert child("measure", *many, "--out", "n").returncode == 0
    assert written("m") == written("n")
    assert not Path("m/parts").exists()


def told_done(stderr: str) -> list[str]:
    return re.findall(r"^note: continues: (\d+) files were done before$", stderr, re.MULTILINE)


@pytest.mark.slow
def test_one_that_fails_says_why_and_ends_the_others(many: tuple[str | Path, ...]) -> None:
    process = started(*many, "--out", "m")
    until_both_have_measured(process)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    journal = Path("m/parts/2-of-2/journal.jsonl")
    journal.unlink()
    journal.mkdir()
    code, _, stderr = together(*many, "--out", "m")
    assert code == 1
    said = errors(stderr)
    assert f"error: process 2 of 2: cannot write '{journal}': Is a directory" in said
    assert any("another process of this job ended early" in row for row in said)
    assert Path("m/parts/1-of-2/journal.jsonl").stat().st_size
