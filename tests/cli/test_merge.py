"""`augscore measure --shard` and `augscore merge`, and what they refuse."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from click.testing import Result

pytestmark = pytest.mark.usefixtures("small_chunks")

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]
Measure = Callable[..., Result]

SCHEMA = json.loads((files("augscore") / "schemas/measure-1.json").read_text())


@pytest.fixture
def measure(invoke: Invoke, photos: Path, model_file: Path) -> Measure:
    def run(*arguments: str) -> Result:
        common = (str(photos), "--model", str(model_file), "--size", "64")
        return invoke("measure", *common, *arguments)

    return run


@pytest.fixture
def parts(measure: Measure) -> list[str]:
    """Both parts, finished."""
    for index in (1, 2):
        result = measure("--shard", f"{index}/2", "--out", f"part-{index}")
        assert result.exit_code == 0, result.output
    return ["part-1", "part-2"]


def written(folder: str) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in Path(folder).iterdir() if p.name != "run.json"}


def test_three_parts_and_a_merge_by_another_process_are_the_whole(
    measure: Measure, child: Child
) -> None:
    for index in (2, 3, 1):
        part = measure("--shard", f"{index}/3", "--out", f"p{index}")
        assert part.exit_code == 0, part.stderr
        measured = bool(Path(f"p{index}/rows.jsonl").read_bytes())
        assert (f"shard {index}/3" in part.stdout) == measured
        assert part.stderr.splitlines()[-1] == (
            f"Next, with all 3 parts: augscore merge OUT p{index} PART..."
        )
    merged = child("merge", "joined", "p3", "p1", "p2", "--json", "joined.json")
    whole = measure("--out", "whole", "--json", "whole.json")
    assert merged.returncode == whole.exit_code == 0, merged.stderr
    assert written("joined") == written("whole")
    assert without_time(merged.stdout) == without_time(whole.stdout)
    assert Path("joined.json").read_bytes() == Path("whole.json").read_bytes()
    assert "wrote joined: rows.jsonl, skipped.jsonl, sheet.png, summary.json" in merged.stderr


def without_time(screen: str) -> list[str]:
    return [row for row in screen.splitlines() if not row.startswith("cpu, ")]


def test_documents_of_parts_are_valid_and_say_which(measure: Measure) -> None:
    result = measure("--shard", "2/3", "--out", "part", "--json", "part.json")
    assert result.exit_code == 0, result.output
    for name in ("part.json", "part/summary.json"):
        document = json.loads(Path(name).read_text())
        jsonschema.Draft202012Validator(SCHEMA).validate(document)
        assert document["config"]["shard"] == "2/3"
    run = json.loads(Path("part/run.json").read_text())
    assert run["settings"]["shard"] == "2/3"


def test_a_part_without_images_is_a_part(
    invoke: Invoke, photos: Path, model_file: Path, measure: Measure
) -> None:
    common = (str(photos / "0.jpg"), "--model", str(model_file), "--size", "64")
    for index in (1, 2):
        part = ("--shard", f"{index}/2", "--out", f"part-{index}")
        assert invoke("measure", *common, *part).exit_code == 0
        assert invoke("measure", *common, *part).exit_code == 2  # it is finished
    assert invoke("measure", *common, "--out", "whole").exit_code == 0
    assert invoke("merge", "joined", "part-1", "part-2").exit_code == 0
    assert written("joined") == written("whole")


def test_nothing_at_all_exits_3_once_it_is_known(invoke: Invoke, model_file: Path) -> None:
    Path("empty").mkdir()
    for index in (1, 2):
        part = ("--shard", f"{index}/2", "--out", f"part-{index}")
        assert invoke("measure", "empty", "--model", str(model_file), *part).exit_code == 0
    result = invoke("merge", "joined", "part-1", "part-2")
    assert result.exit_code == 3
    assert "nothing was measured: no image files in 'empty': it is empty" in result.stderr


def test_gates_are_those_of_the_whole(parts: list[str], invoke: Invoke) -> None:
    result = invoke("merge", "joined", *parts, "--strict")
    assert result.exit_code == 1
    assert "gate: 1 of 6 skipped, and --strict allows none" in result.stderr
    assert invoke("merge", "joined", *parts, "--force", "--max-bad", "0.2").exit_code == 0


def test_the_list_and_the_document_may_be_stdout(parts: list[str], invoke: Invoke) -> None:
    result = invoke("merge", "joined", *parts, "--json", "-")
    document = json.loads(result.stdout)
    assert document["data"]["measured"] == 5
    assert [row["path"] for row in document["images"]][:2] == ["0.jpg", "1.png"]
    listed = invoke("merge", "joined", *parts, "--force", "--list", "-").stdout.splitlines()
    assert listed[0] == "path,typicality,notes"
    assert len(listed) == 6


def refused(result: Result, words: str) -> None:
    assert result.exit_code == 2, result.output
    errors = [row for row in result.stderr.splitlines() if row.startswith("error: ")]
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in result.stderr


def test_what_is_no_whole_is_refused(
    parts: list[str], invoke: Invoke, measure: Measure, photos: Path
) -> None:
    refused(invoke("merge", "joined", "part-2"), "shard 1 of 2 is missing")
    refused(
        invoke("merge", "joined", *parts, "part-1"),
        "shard 1/2 is given twice: 'part-1' and 'part-1'",
    )
    refused(invoke("merge", "joined", "part-1", str(photos)), "holds no part of a result")
    refused(invoke("merge", "joined", "part-1", "nowhere"), "'nowhere' holds no part of a result")
    assert measure("--out", "whole").exit_code == 0
    refused(invoke("merge", "joined", "part-1", "whole"), "'whole' holds no part of a result")
    assert measure("--seed", "4", "--shard", "2/2", "--out", "other").exit_code == 0
    refused(invoke("merge", "joined", "part-1", "other"), "(seed: 0 → 4)")
    assert measure("--model", "default", "--shard", "2/2", "--out", "model").exit_code == 0
    refused(invoke("merge", "joined", "part-1", "model"), "(model: ")
    document = json.loads(Path("part-2/part.json").read_text())
    document["shared"]["version"] = "0.0.1"
    shutil.copytree("part-2", "old")
    Path("old/part.json").write_text(json.dumps(document))
    refused(invoke("merge", "joined", "part-1", "old"), '(version: "0.1.0" → "0.0.1")')
    assert not Path("joined").exists()


def test_an_output_that_is_in_use_is_refused(parts: list[str], invoke: Invoke) -> None:
    from augscore.runs.lock import locked

    Path("busy").mkdir()
    with locked(Path("busy")):
        refused(invoke("merge", "busy", *parts), "'busy' is in use by another process")
    assert invoke("merge", "joined", *parts).exit_code == 0
    refused(invoke("merge", "joined", *parts), "'joined' holds a finished result")
    for out in ("part-1", "."):
        refused(invoke("merge", out, *parts, "--force"), f"{out} holds the part part-1")
    Path("mine").mkdir()
    Path("mine/letter.txt").touch()
    refused(invoke("merge", "mine", *parts), "holds other files (letter.txt)")


def test_an_unfinished_result_of_others_is_refused(
    parts: list[str], invoke: Invoke, measure: Measure
) -> None:
    assert measure("--seed", "4", "--out", "begun").exit_code == 0
    Path("begun/summary.json").unlink()
    Path("begun/journal.jsonl").touch()
    refused(invoke("merge", "begun", *parts), "unfinished result of other settings (seed: 4 → 0)")
    assert invoke("merge", "begun", *parts, "--force").exit_code == 0


@pytest.mark.parametrize("shard", ["0/3", "4/3", "3", "a/b", ""])
def test_a_shard_that_is_none_is_refused(shard: str, child: Child) -> None:
    result = child("measure", "x", "--shard", shard, "--out", "y")
    assert result.returncode == 2
    assert "Invalid value for '--shard': " in result.stderr
    assert "Write I/N, with I from 1 to N" in result.stderr


def test_a_shard_is_for_a_merge(measure: Measure) -> None:
    refused(measure("--shard", "1/2"), "--shard means nothing without --out")


def test_a_shard_may_come_from_the_environment(measure: Measure, invoke: Invoke) -> None:
    result = invoke("measure", "x", "--print-config", env={"AUGSCORE_SHARD": "2/3"})
    assert 'shard = "2/3"' in result.stdout
    assert "AUGSCORE_SHARD" in result.stdout
