"""`augscore audit --shard` and `augscore merge`, and what they refuse."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from augscore.strength import sight
from tests.conftest import FEW_PIXELS

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]

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
CODE = """\
import albumentations as A

noisy = A.Compose([A.HorizontalFlip(p=0.5), A.GaussNoise(var_limit=(1, 2), p=0.5)])
"""
PARTS = ("p1", "p2", "p3")


@pytest.fixture(scope="module")
def common(photos: Path, model_file: Path) -> tuple[str, ...]:
    return ("--data", str(photos), "--model", str(model_file), *SMALL)


@pytest.fixture(scope="module")
def made(common: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a faulty policy, its audit, and the same in three parts."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "never.yaml").write_text(NEVER)
    for index in (2, 3, 1):
        part = _audit(folder, "never.yaml", *common, "--shard", f"{index}/3", "-o", f"p{index}")
        assert part.exit_code == 0, part.stderr
        assert part.stdout.startswith(f"shard {index}/3   "), part.stdout
        assert part.stdout.count("\n") == 1
        told = f"Next, with all 3 parts: augscore merge OUT p{index} PART..."
        assert part.stderr.splitlines()[-1] == told
    one = _audit(folder, "never.yaml", *common, "--out", "one")
    assert one.exit_code == 1, one.stderr
    (folder / "one.txt").write_text(one.stdout)
    return folder


def _audit(folder: Path, *arguments: str) -> Result:
    from augscore_cli.main import root

    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(sight, "_CHUNK_PIXELS_CPU", FEW_PIXELS)
        return CliRunner().invoke(root, ["audit", *arguments], prog_name="augscore")


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    """A copy of it, in which the test stands."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    for part in PARTS:
        path = tmp_path / part / "part.json"
        path.write_text(path.read_text().replace(str(made), os.getcwd()))
    return tmp_path


def written(folder: str | Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.name != "run.json"}


def without_time(screen: str) -> list[str]:
    return [row.rpartition("   cpu, ")[0] or row for row in screen.splitlines()]


def refused(result: Result, words: str) -> None:
    assert result.exit_code == 2, result.output
    errors = [row for row in result.stderr.splitlines() if row.startswith("error: ")]
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in result.stderr


def test_three_parts_and_a_merge_by_another_process_are_the_whole(here: Path, child: Child) -> None:
    merged = child("merge", "joined", "p3", "p1", "p2", "--json", "joined.json")
    assert merged.returncode == 1, merged.stderr
    assert merged.stdout.startswith("FAIL")
    assert written("joined") == written("one")
    assert without_time(merged.stdout) == without_time(Path("one.txt").read_text())
    assert Path("joined.json").read_bytes() == Path("one/report.json").read_bytes()
    runs = [json.loads(Path(name, "run.json").read_text()) for name in ("joined", "one")]
    assert [run["settings"] for run in runs[1:]] == [run["settings"] for run in runs[:1]]
    measured = [len(Path(p, "measurements.jsonl").read_text().splitlines()) for p in PARTS]
    assert sum(measured) == 6
    assert sum(count > 0 for count in measured) > 1


def test_a_part_holds_no_verdict(here: Path) -> None:
    for part in PARTS:
        names = {path.name for path in Path(part).iterdir()}
        assert names == {"run.json", "part.json", "measurements.jsonl", "finished.json"}
        assert "P_ZERO" not in "".join(p.read_text() for p in Path(part).iterdir())


def test_the_whole_is_judged_anew_by_the_command_of_one(
    here: Path, invoke: Invoke, common: tuple[str, ...]
) -> None:
    assert invoke("merge", "joined", *PARTS).exit_code == 1
    result = invoke("audit", "never.yaml", *common, "--out", "joined")
    assert "continues joined: 6 images done before" in result.stderr
    assert written("joined") == written("one")


def test_other_ways_of_telling(here: Path, invoke: Invoke) -> None:
    telling = ("--format", "github", "--summary", "s.md", "--json", "-")
    result = invoke("merge", "joined", *PARTS, *telling)
    assert result.exit_code == 1, result.output
    assert json.loads(result.stdout) == json.loads(Path("one/report.json").read_text())
    assert "::error file=never.yaml,line=" in result.stderr
    assert "P_ZERO" in Path("s.md").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_an_interrupted_part_is_refused_and_then_continued(
    photos: Path, model_file: Path, invoke: Invoke, child: Child
) -> None:
    Path("never.yaml").write_text(NEVER)
    Path("many").mkdir()
    for i in range(16):
        shutil.copy(photos / f"{'0' if i % 3 else '2'}.jpg", f"many/{i:04d}.jpg")
    small = ("--size", "64", "--op-images", "0", "--draws", "2", "--batch-size", "1")
    common = ("audit", "never.yaml", "--data", "many", "--model", str(model_file), *small)
    part = (*common, "--shard", "1/2", "--out", "m1")
    done = _interrupted([sys.executable, "-P", "-m", "augscore_cli", *part], Path("m1"))
    assert child(*common, "--shard", "2/2", "--out", "m2").returncode == 0
    refused(invoke("merge", "joined", "m1", "m2"), "'m1' is an unfinished part, shard 1/2")
    assert not Path("joined").exists()
    assert f"continues m1: {done} images done before" in child(*part).stderr
    whole = child(*common, "--out", "whole")
    assert invoke("merge", "joined", "m1", "m2").exit_code == whole.returncode == 1
    assert written("joined") == written("whole")


def _interrupted(command: list[str], part: Path) -> int:
    """How many images it had measured."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    )
    journal = part / "measurements.jsonl"
    deadline = time.monotonic() + 300
    while not (journal.exists() and journal.read_bytes().count(b"\n") > 1):
        assert time.monotonic() < deadline
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 130, stderr
    assert f"stopped by SIGINT: {part} is unfinished, and the same command continues" in stderr
    assert stdout == ""
    return journal.read_bytes().count(b"\n")


def test_what_is_no_whole_is_refused(here: Path, invoke: Invoke, photos: Path) -> None:
    refused(invoke("merge", "joined", "p1", "p3"), "shard 2 of 3 is missing")
    refused(invoke("merge", "joined", *PARTS, "p1"), "shard 1/3 is given twice: 'p1' and 'p1'")
    for other in (str(photos), "nowhere", "one"):
        refused(
            invoke("merge", "joined", "p1", other), "holds no part of a result of augscore audit"
        )
    path = Path("p3/measurements.jsonl")
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    refused(invoke("merge", "lost", *PARTS), "the parts do not fit together")
    path = Path("p1/finished.json")
    path.write_text(path.read_text().replace('"records"', '"recordings"'))
    refused(invoke("merge", "joined", *PARTS), "'p1' is not as this augscore writes it")
    Path("p3/part.json").unlink()
    refused(invoke("merge", "joined", *PARTS), "'p3' holds no part")
    assert not Path("joined").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("--seed", "4"), "seed: 0 → 4"),
        (("--draws", "3"), "(draws: 2 → 3)"),
        (("--gates", "gates.yaml"), "(gates: "),
        (("--no-thumbnails",), "(thumbnails: true → false)"),
        (("--data", "others"), "images: others"),
        (("--labels", "labels.csv"), "(labels: null → "),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_parts_of_other_audits_are_refused(
    here: Path,
    invoke: Invoke,
    photos: Path,
    common: tuple[str, ...],
    changes: tuple[str, ...],
    words: str,
) -> None:
    Path("gates.yaml").write_text("version: 1\ngates: {findings.DEAD: 0}\n")
    Path("labels.csv").write_text("path,label\n0.jpg,cat\n")
    shutil.copytree(photos, "others")
    shutil.copy("others/0.jpg", "others/new.jpg")
    other = ("--shard", "2/3", "--out", "other", *changes)
    assert invoke("audit", "never.yaml", *common, *other).exit_code == 0
    refused(invoke("merge", "joined", "p1", "other", "p3"), words)


def test_parts_of_two_commands_are_refused(
    here: Path, invoke: Invoke, photos: Path, model_file: Path
) -> None:
    common = (str(photos), "--model", str(model_file), "--size", "64")
    assert invoke("measure", *common, "--shard", "1/3", "--out", "m1").exit_code == 0
    words = "parts of different results: 'm1' is of augscore measure, 'p2' is of augscore audit"
    refused(invoke("merge", "joined", "m1", "p2"), words)
    for option in (("--rows", "csv"), ("--strict",), ("--top", "3")):
        words = f"{option[0]} means nothing for parts of audit"
        refused(invoke("merge", "joined", *PARTS, *option), words)
    words = "--format means nothing for parts of measure"
    refused(invoke("merge", "joined", "m1", "--format", "github"), words)


def test_outputs_that_are_taken_are_refused(
    here: Path, invoke: Invoke, common: tuple[str, ...]
) -> None:
    from augscore.runs.lock import locked

    Path("busy").mkdir()
    with locked(Path("busy")):
        refused(invoke("merge", "busy", *PARTS), "'busy' is in use by another process")
    refused(invoke("merge", "p1", *PARTS, "--force"), "p1 holds the part p1")
    Path("mine").mkdir()
    Path("mine/letter.txt").touch()
    refused(invoke("merge", "mine", *PARTS), "holds other files (letter.txt)")
    assert invoke("audit", "never.yaml", *common, "--seed", "4", "--out", "four").exit_code == 1
    refused(invoke("merge", "four", *PARTS), "was begun with other settings (")
    assert invoke("merge", "four", *PARTS, "--force").exit_code == 1
    assert written("four") == written("one")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "--shard means nothing without --out"),
        (("--out", "p", "--compare", "simclr"), "--compare means nothing with --shard"),
        (("--out", "p", "--json", "-"), "--json means nothing with --shard"),
        (("--out", "p", "--summary", "s.md"), "--summary means nothing with --shard"),
        (("--out", "p", "--format", "github"), "give it to augscore merge"),
        (("--out", "p1", "--shard", "3/3"), "was begun with other settings (shard: "),
    ],
)
def test_a_part_is_not_judged(
    here: Path,
    invoke: Invoke,
    common: tuple[str, ...],
    arguments: tuple[str, ...],
    words: str,
) -> None:
    refused(invoke("audit", "never.yaml", *common, "--shard", "1/3", *arguments), words)


def test_without_images_or_policy_only_pictures_are_missing(
    here: Path, invoke: Invoke, photos: Path, common: tuple[str, ...]
) -> None:
    Path("never.yaml").rename("moved.yaml")
    result = invoke("merge", "joined", *PARTS)
    assert result.exit_code == 1, result.output
    assert "note: the report lacks pictures of the images: cannot find" in result.stderr
    document = json.loads(Path("one/report.json").read_text())
    assert document["examples"]
    document["examples"] = []
    assert json.loads(Path("joined/report.json").read_text()) == document
    assert invoke("merge", "again", *PARTS, "--policy", "moved.yaml").exit_code == 1
    assert written("again") == written("one")
    Path("moved.yaml").write_text(NEVER.replace("0.4", "0.3"))
    words = "the parts were audited with another policy than 'moved.yaml'"
    refused(invoke("merge", "other", *PARTS, "--policy", "moved.yaml"), words)
    Path("moved.yaml").rename("never.yaml")
    result = invoke("merge", "changed", *PARTS)
    assert "note: the report lacks pictures of the images: the parts were" in result.stderr
    Path("never.yaml").write_text(NEVER)
    for part in PARTS:
        path = Path(part, "part.json")
        path.write_text(path.read_text().replace(str(photos), "/nowhere/at/all"))
    result = invoke("merge", "gone", *PARTS)
    assert "note: the images are not here, so the report lacks pictures" in result.stderr
    assert json.loads(Path("gone/report.json").read_text()) == document


def test_gates_and_a_baseline_are_those_of_the_parts(
    here: Path, invoke: Invoke, common: tuple[str, ...]
) -> None:
    Path("gates.yaml").write_text(
        "version: 1\n"
        "fail_on: inconclusive\n"
        "gates: {policy.strength: [0, 1]}\n"
        "ignore: [{finding: P_ZERO, op: [RandomSolarize], reason: it is on its way out}]\n"
    )
    asked = (*common, "--gates", "gates.yaml", "--baseline", "one/report.json", "--no-html")
    for index in (1, 2):
        part = ("--shard", f"{index}/2", "--out", f"g{index}")
        assert invoke("audit", "never.yaml", *asked, *part).exit_code == 0
    whole = invoke("audit", "never.yaml", *asked, "--out", "whole")
    Path("gates.yaml").unlink()
    merged = invoke("merge", "joined", "g1", "g2")
    assert merged.exit_code == whole.exit_code == 1, merged.output
    assert written("joined") == written("whole")
    assert "report.html" not in written("joined")
    document = json.loads(Path("joined/report.json").read_text())
    assert document["comparison"]["what"] == "baseline"


@pytest.mark.filterwarnings("ignore:Argument")
def test_code_is_run_at_the_merge_where_that_is_allowed(
    common: tuple[str, ...], child: Child, invoke: Invoke
) -> None:
    """What its arguments, its ranges and a real loader show comes from the first part."""
    Path("mine.py").write_text(CODE)
    asked = ("mine.py:noisy", "--allow-code", *common)
    for index in (1, 2):
        assert _audit(Path(), *asked, "--shard", f"{index}/2", "--out", f"c{index}").exit_code == 0
    whole = _audit(Path(), *asked, "--out", "whole")
    result = child("merge", "joined", "c1", "c2")
    assert result.returncode == whole.exit_code == 1, result.stderr
    assert "names code, which would be run. --allow-code runs it" in result.stderr
    document = json.loads(Path("joined/report.json").read_text())
    assert {"ARG_IGNORED", "REPEATED_DRAWS"} <= {found["code"] for found in document["findings"]}
    assert document["examples"] == []
    assert invoke("merge", "all", "c1", "c2", "--allow-code").exit_code == 1
    assert written("all") == written("whole")


def test_no_images_at_all(invoke: Invoke, model_file: Path) -> None:
    Path("empty").mkdir()
    common = ("audit", "simclr", "--data", "empty", "--model", str(model_file), *SMALL)
    for index in (1, 2):
        part = ("--shard", f"{index}/2", "--out", f"e{index}")
        assert invoke(*common, *part).exit_code == 0
    result = invoke("merge", "joined", "e1", "e2")
    assert result.exit_code == 3
    assert result.stdout.startswith("ERROR  nothing was measured")
