"""`augscore study weighting`: its grid, its folder, its table, and what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from augscore.runs.journal import read_journal
from tests.cli.conftest import Invoke
from tests.learning.shapes import shape_pictures

GRID = ("--methods", "simclr", "--weightings", "none,uniform", "--seeds", "2")
SMALL = (
    "--steps",
    "2",
    "--batch-size",
    "8",
    "--amp",
    "off",
    "--device",
    "cpu",
    "--progress",
    "never",
)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 pictures of 8 shapes, a folder each."""
    folder = tmp_path_factory.mktemp("photos")
    pictures = shape_pictures(80, seed=0)
    for place, label in enumerate(pictures.labels.tolist()):
        part = folder / f"shape-{label}"
        part.mkdir(exist_ok=True)
        pixels = pictures.pixels[place].permute(1, 2, 0).numpy()
        Image.fromarray(pixels).save(part / f"{place}.png")
    return folder


def test_help_tells_what_it_is_for(invoke: Invoke) -> None:
    found = invoke("study", "weighting", "--help")
    assert found.exit_code == 0
    assert "--weightings" in found.stdout
    assert "share initial weights" in found.stdout


def test_a_dry_run_tells_the_grid_and_writes_nothing(invoke: Invoke, photos: Path) -> None:
    found = invoke("study", "weighting", str(photos), "-o", "s", *GRID, *SMALL, "--dry-run")
    assert found.exit_code == 0, found.output
    head, none, uniform, total = found.stdout.splitlines()
    assert head.split("  ")[0] == "method, weights"
    assert head.split()[2:] == ["seeds", "done", "to", "do", "a", "run"]
    assert none.split()[:5] == ["simclr,", "none", "2", "0", "2"]
    assert uniform.split()[:5] == ["simclr,", "uniform", "2", "0", "2"]
    assert none.split()[5:] == uniform.split()[5:]
    assert total.startswith("4 runs: 0 done, 4 to do, about")
    assert max(map(len, found.stdout.splitlines())) <= 80
    assert not Path("s").exists()


def test_a_dry_run_counts_what_is_done_and_the_score_network(
    invoke: Invoke, photos: Path, model_file: Path
) -> None:
    command = ("study", "weighting", str(photos), "-o", "s", *SMALL, "--methods", "simclr")
    assert invoke(*command, "--weightings", "none", "--seeds", "1").exit_code == 0
    wider = (*command, "--weightings", "none,score", "--seeds", "2", "--dry-run")
    plan = json.loads(invoke(*wider, "--json", "-").stdout)
    assert [(k["weighting"], k["done"], k["missing"]) for k in plan["kinds"]] == [
        ("none", 1, 1),
        ("score", 0, 2),
    ]
    assert plan["score_seconds"] > 0
    parts = [kind["missing"] * kind["seconds"] for kind in plan["kinds"]]
    assert plan["seconds"] == pytest.approx(sum(parts) + plan["score_seconds"])
    assert "before them a score network, about" in invoke(*wider).stdout
    named = (*wider, "--score-model", str(model_file), "--out", "t")
    assert "score network" not in invoke(*named).stdout


def test_a_study_runs_once_and_grows(invoke: Invoke, photos: Path) -> None:
    command = ("study", "weighting", str(photos), "-o", "s", *GRID, *SMALL)
    found = invoke(*command, "--json", "-")
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["complete"] is True
    assert [group["knn"]["n"] for group in document["groups"]] == [2, 2]
    rows = list(read_journal(Path("s/rows.jsonl")))
    assert len(rows) == 4
    assert "uniform minus none" in Path("s/table.md").read_text(encoding="utf-8")

    again = invoke(*command)
    assert again.exit_code == 0, again.output
    assert list(read_journal(Path("s/rows.jsonl"))) == rows
    assert "SimCLR" in again.stdout

    wider = invoke(*command, "--seeds", "1", "--weightings", "none,pixel")
    assert wider.exit_code == 0, wider.output
    assert list(read_journal(Path("s/rows.jsonl")))[:4] == rows
    assert [r["weighting"] for r in read_journal(Path("s/rows.jsonl"))][4:] == ["pixel"]


def test_uniform_weights_change_nothing(invoke: Invoke, photos: Path) -> None:
    """Pairs of runs share weights, order and draws: the difference of a no-op is exactly 0."""
    found = invoke("study", "weighting", str(photos), "-o", "s", *GRID, *SMALL, "--json", "-")
    assert found.exit_code == 0, found.output
    (comparison,) = json.loads(found.stdout)["comparisons"]
    assert comparison["differences"] == [0.0, 0.0]


def test_a_study_of_other_settings_is_refused_by_name(invoke: Invoke, photos: Path) -> None:
    grid = ("--methods", "simclr", "--weightings", "none", "--seeds", "1")
    command = ("study", "weighting", str(photos), "-o", "s", *grid, *SMALL)
    assert invoke(*command).exit_code == 0
    found = invoke(*command, "--steps", "3")
    assert found.exit_code == 2
    assert "steps: 2 → 3" in found.stderr


def test_images_without_classes_cannot_be_compared(invoke: Invoke, photos: Path) -> None:
    found = invoke("study", "weighting", str(photos / "shape-0"), "-o", "s", *GRID, *SMALL)
    assert found.exit_code == 3
    told = "error: no accuracy can be measured: they have no classes. Put the images of each class "
    assert found.stderr.startswith(told)
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--weightings", "scoer"), "unknown weighting 'scoer'"),
        (("--methods", "simcrl"), "unknown method 'simcrl'"),
        (("--methods", ","), "needs a method"),
    ],
)
def test_names_are_checked_first(
    invoke: Invoke, photos: Path, arguments: tuple[str, str], told: str
) -> None:
    found = invoke("study", "weighting", str(photos), "-o", "s", *arguments)
    assert found.exit_code == 2
    assert told in found.stderr
    assert not Path("s").exists()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child there")
def test_an_interrupted_study_goes_on_where_it_was(photos: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "augscore_cli", "study", "weighting", str(photos), "-o", "s"]
    command += [*GRID, *SMALL, "--steps", "80"]
    child = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    rows = tmp_path / "s" / "rows.jsonl"
    deadline = time.monotonic() + 200
    while not (rows.exists() and rows.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.1)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130, told
    assert "the same command continues this study" in told
    before = list(read_journal(rows))
    assert 1 <= len(before) < 4
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list(read_journal(rows))[: len(before)] == before
    assert len(list(read_journal(rows))) == 4
