"""`augscore measure` from end to end, with a small network on small pictures."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import jsonschema
import pyarrow.parquet
import pytest
from click.testing import Result
from PIL import Image

from tests.benchmarks.audit_statistics import strengths_of

pytestmark = pytest.mark.usefixtures("small_chunks", "small_sheets")

Invoke = Callable[..., Result]
Child = Callable[..., subprocess.CompletedProcess[str]]
Measure = Callable[..., Result]

SCHEMA = json.loads((files("augscore") / "schemas/measure-1.json").read_text())


@pytest.fixture
def measure(invoke: Invoke, photos: Path, model_file: Path) -> Measure:
    """`augscore measure` with the small model at 64 px; of `photos` unless told otherwise."""

    def run(*arguments: str, of: tuple[str, ...] | None = None) -> Result:
        source = (str(photos),) if of is None else of
        return invoke("measure", *source, "--model", str(model_file), "--size", "64", *arguments)

    return run


def test_the_screen_is_stdout_and_the_next_step_stderr(measure: Measure, photos: Path) -> None:
    result = measure()
    assert result.exit_code == 0, result.output
    rows = result.stdout.splitlines()
    assert any(row.startswith("5 images   policy simclr, 1 view each   64 px") for row in rows)
    assert any(row.startswith("strength [noise sd]") for row in rows)
    assert "1 skipped: 1 truncated" in rows
    assert "Next: " not in result.stdout
    notes = result.stderr.splitlines()
    assert notes[-1].startswith(f"Next: augscore measure {photos} --model ")


def test_the_next_command_parses(measure: Measure, invoke: Invoke) -> None:
    import shlex

    for arguments in ((), ("--out", "m"), ("--list", "l.csv", "--out", "n")):
        line = measure(*arguments).stderr.splitlines()[-1]
        words = shlex.split(line.removeprefix("Next: "))
        assert words[0] == "augscore"
        assert invoke(*words[1:], "--print-config").exit_code == 0


def test_quiet_keeps_the_result_only(measure: Measure) -> None:
    result = measure("--quiet")
    assert result.stderr == ""
    assert "strength [noise sd]" in result.stdout


def test_json_on_stdout_is_the_only_thing_there(measure: Measure) -> None:
    result = measure("--json", "-")
    document = json.loads(result.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert len(document["images"]) == 5
    assert [s["path"] for s in document["skipped"]] == ["b/broken.jpg"]
    assert "strength [noise sd]" in result.stderr


def test_json_in_a_file_keeps_the_screen(measure: Measure) -> None:
    result = measure("--json", "m.json", "--views", "2")
    assert "strength [noise sd]" in result.stdout
    document = json.loads(Path("m.json").read_text())
    assert [len(row["views"]) for row in document["images"]] == [2] * 5
    assert measure("--json", "-", "--views", "2").stdout == Path("m.json").read_text()


def test_out_holds_rows_sheet_and_summary(measure: Measure) -> None:
    result = measure("--out", "m", "--views", "2")
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in Path("m").iterdir()) == [
        "rows.jsonl",
        "run.json",
        "sheet.png",
        "skipped.jsonl",
        "summary.json",
    ]
    rows = [json.loads(row) for row in Path("m/rows.jsonl").read_text().splitlines()]
    assert [(row["path"], row["view"]) for row in rows[:2]] == [("0.jpg", 0), ("0.jpg", 1)]
    assert len(rows) == 10
    summary = json.loads(Path("m/summary.json").read_text())
    jsonschema.Draft202012Validator(SCHEMA).validate(summary)
    assert summary["complete"] is True
    with Image.open("m/sheet.png") as sheet:
        sheet.load()
    assert "wrote m: rows.jsonl, skipped.jsonl, sheet.png, summary.json" in result.stderr


def test_the_coverage_benchmark_reads_these_rows(measure: Measure) -> None:
    document = json.loads(measure("--out", "m", "--views", "2", "--json", "-").stdout)
    wanted = [[view["strength"] for view in row["views"]] for row in document["images"]]
    assert strengths_of(Path("m/rows.jsonl")).tolist() == wanted


def test_the_summary_comes_last(measure: Measure, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> bytes:
        raise OSError("no sheet")

    assert measure("--out", "m").exit_code == 0
    monkeypatch.setattr("augscore.measuring.out_folder.contact_sheet", fail)
    monkeypatch.setattr("augscore_cli.failures._save_trace", lambda error: None)
    assert measure("--out", "m", "--force").exit_code == 70
    assert not Path("m/summary.json").exists()
    assert Path("m/rows.jsonl").exists()


def test_rows_as_csv(measure: Measure) -> None:
    measure("--out", "m", "--rows", "csv")
    rows = list(csv.DictReader(io.StringIO(Path("m/rows.csv").read_text())))
    assert [row["path"] for row in rows] == ["0.jpg", "1.png", "2.jpg", "b/3.png", "b/4.jpg"]
    assert float(rows[0]["strength"]) > 0


def test_a_finished_result_needs_force(measure: Measure) -> None:
    assert measure("--out", "m").exit_code == 0
    before = Path("m/summary.json").read_bytes()
    result = measure("--out", "m", "--seed", "1")
    assert result.exit_code == 2
    assert "--force" in result.stderr
    assert Path("m/summary.json").read_bytes() == before
    assert measure("--out", "m", "--seed", "1", "--force").exit_code == 0
    assert Path("m/summary.json").read_bytes() != before


def test_a_refused_run_leaves_no_folder(measure: Measure) -> None:
    assert measure("--out", "m", "--policy", "simclx").exit_code == 2
    assert measure("--out", "m", of=("nowhere",)).exit_code == 2
    assert not Path("m").exists()


def test_list_has_all_images_least_typical_first(measure: Measure) -> None:
    measure("--list", "l.csv", "--top", "1")
    rows = list(csv.DictReader(io.StringIO(Path("l.csv").read_text())))
    values = [float(row["typicality"]) for row in rows]
    assert len(values) == 5
    assert values == sorted(values)
    result = measure("--list", "-", "--top", "1")
    assert result.stdout == Path("l.csv").read_text()
    assert "strength [noise sd]" in result.stderr


def test_readings_do_not_depend_on_batch_size_or_workers(measure: Measure) -> None:
    first = json.loads(measure("--json", "-").stdout)
    second = json.loads(measure("--json", "-", "--batch-size", "2", "--workers", "2").stdout)
    assert first == second


def test_limit_and_sample(measure: Measure) -> None:
    data = json.loads(measure("--json", "-", "--limit", "2").stdout)["data"]
    assert (data["measured"], data["left_out"]) == (2, 4)
    data = json.loads(measure("--json", "-", "--sample", "3").stdout)["data"]
    assert data["measured"] + data["skipped"] == 3


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--strict",), 1),
        (("--max-bad", "0.1"), 1),
        (("--max-bad", "0.2"), 0),
        (("--max-bad", repr(1 / 6)), 0),
        (("--top", "0"), 0),
        (("--json", "-", "--list", "-"), 2),
        (("--json", "no/such/folder.json"), 2),
        (("--policy", "simclx"), 2),
        (("--pairs", "p.csv"), 2),
        (("--size", "31"), 2),
        (("--device", "cuda:9999"), 4),
        (("--device", "abacus"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_exit_codes(arguments: tuple[str, ...], code: int, measure: Measure) -> None:
    result = measure(*arguments)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def test_a_missing_model(invoke: Invoke, photos: Path) -> None:
    result = invoke("measure", str(photos), "--model", "nowhere")
    assert result.exit_code == 3
    assert "nowhere" in result.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [({}, "is empty"), ({"a.txt": b"x"}, "no image files"), ({"a.jpg": b"x"}, "1 of 1 skipped")],
    ids=["empty", "others", "broken"],
)
def test_nothing_measured_exits_3(
    content: dict[str, bytes], words: str, measure: Measure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("augscore_cli.progress.FIRST_AFTER", 0.0)
    Path("d").mkdir()
    for name, data in content.items():
        (Path("d") / name).write_bytes(data)
    result = measure(of=("d",))
    assert result.exit_code == 3
    assert words in result.stderr
    assert "0/0" not in result.stderr
    assert result.stdout == ""


def test_a_reference_folder(measure: Measure, photos: Path, tmp_path: Path) -> None:
    for path in photos.rglob("*.jpg"):
        if path.name != "broken.jpg":
            target = tmp_path / "aug" / path.relative_to(photos)
            target.parent.mkdir(parents=True, exist_ok=True)
            with Image.open(path) as image:
                image.point(lambda v: v // 2).save(target)
    arguments = ("--reference", str(photos), "--json", "-")
    document = json.loads(measure(*arguments, of=("aug",)).stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert len(document["pairs"]) == 3
    assert document["config"]["policy"] is None
    assert measure("--reference", str(photos), "--views", "2", of=("aug",)).exit_code == 2
    assert measure("--reference", str(photos), of=("aug", "more")).exit_code == 2


def test_a_table_of_pairs(measure: Measure, photos: Path) -> None:
    Path("p.csv").write_text(f"reference,distorted\n{photos}/0.jpg,{photos}/2.jpg\n")
    result = measure("--pairs", "p.csv", "--out", "m", of=())
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0].startswith("1 pair ") or "1 pair " in result.stdout
    (row,) = [json.loads(row) for row in Path("m/rows.jsonl").read_text().splitlines()]
    assert row["strength"] > 0
    assert Path("m/sheet.png").exists()


def test_hostile_names(measure: Measure, photos: Path) -> None:
    folder = Path("bad")
    folder.mkdir()
    names = [b"a\nb.jpg", b"\x1b[31m.jpg", "\u202egpj.jpg".encode(), b"[bold].jpg", b"-x.jpg",
             b"\xff.jpg", b"'q' \"d\".jpg"]  # fmt: skip
    for name in names:
        target = os.fsencode(folder) + b"/" + name
        Path(os.fsdecode(target)).write_bytes((photos / "0.jpg").read_bytes())
    result = measure("--top", "9", "--out", "m", "--list", "l.csv", of=("bad",))
    assert result.exit_code == 0, result.output
    assert f"{len(names)} images" in result.output
    for text in (result.output, Path("l.csv").read_text()):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\\x1b[31m.jpg" in text
        assert "[bold].jpg" in text
    paths = [json.loads(row)["path"] for row in Path("m/rows.jsonl").read_text().splitlines()]
    assert {os.fsencode(path) for path in paths} == set(names)


def test_colour_carries_no_meaning_alone(measure: Measure) -> None:
    plain, coloured = (measure("--color", c, "--quiet").stdout for c in ("never", "always"))

    def timeless(text: str) -> str:
        return re.sub(r"[\d.]+ s$", "", text, flags=re.MULTILINE)

    assert timeless(re.sub(r"\x1b\[[\d;]*m", "", coloured)) == timeless(plain)


def test_classes_are_folders_or_a_table(measure: Measure) -> None:
    Path("labels.csv").write_text("path,label\n0.jpg,big\n2.jpg,big\nb/3.png,small\nx.jpg,none\n")
    result = measure("--labels", "labels.csv", "--json", "m.json")
    assert result.exit_code == 0, result.output
    classes = json.loads(Path("m.json").read_text())["classes"]
    assert {(c["label"], c["images"]) for c in classes} == {("big", 2), ("small", 1)}
    assert "hardest classes" not in result.stdout  # too few images to rank
    assert "--labels labels.csv" in result.stderr
    Path("other.csv").write_text("file,label\n0.jpg,big\n")
    refused = measure("--labels", "other.csv")
    assert refused.exit_code == 2
    assert "'path'" in refused.stderr


def test_bad_45_max_pixels(measure: Measure) -> None:
    result = measure("--max-pixels", "19e3", "--json", "m.json")
    assert result.exit_code == 3
    assert "too_many_pixels" in result.stderr
    for value in ("0", "-1", "1.5", "many", "inf", "nan"):
        assert measure("--max-pixels", value).exit_code == 2


def test_bad_55_a_name_that_begins_with_a_dash(
    measure: Measure, photos: Path, invoke: Invoke, model_file: Path
) -> None:
    Path("-rf.jpg").write_bytes((photos / "0.jpg").read_bytes())
    refused = measure(of=("-rf.jpg",))
    assert refused.exit_code == 2
    assert "./-rf.jpg" in refused.stderr
    assert measure(of=("./-rf.jpg",)).exit_code == 0
    options = ("--model", str(model_file), "--size", "64")
    assert invoke("measure", *options, "--", "-rf.jpg").exit_code == 0


def test_rows_as_parquet(measure: Measure) -> None:
    assert measure("--out", "m", "--rows", "parquet").exit_code == 0
    rows = pyarrow.parquet.read_table("m/rows.parquet").to_pylist()
    assert [row["path"] for row in rows] == ["0.jpg", "1.png", "2.jpg", "b/3.png", "b/4.jpg"]


@pytest.mark.parametrize("option", ["--list", "--json"])
def test_nothing_is_written_over_an_image_or_an_input(
    measure: Measure, photos: Path, option: str
) -> None:
    image = Path("kept.jpg")
    image.write_bytes((photos / "0.jpg").read_bytes())
    Path("labels.csv").write_text("path,label\n0.jpg,a\n")
    Path("old.csv").write_text("of an earlier run")
    before = image.read_bytes()
    refused = measure(option, "kept.jpg")
    assert (refused.exit_code, image.read_bytes()) == (2, before)
    assert "would replace an image" in refused.stderr
    refused = measure(option, "labels.csv", "--labels", "labels.csv")
    assert refused.exit_code == 2
    assert "would replace what is read" in refused.stderr
    assert measure(option, "old.csv").exit_code == 0
    assert Path("old.csv").read_text() != "of an earlier run"


def test_a_closed_gate_says_why(measure: Measure) -> None:
    assert "gate: 1 of 6 skipped, more than 10 %" in measure("--max-bad", "0.1").stderr
    assert "gate: 1 of 6 skipped, and --strict allows none" in measure("--strict").stderr
    assert "gate" not in measure().stderr


def test_images_without_a_label_are_told(measure: Measure) -> None:
    Path("labels.csv").write_text("path,label\n0.jpg,a\n")
    assert "note: 4 of 5 images have no label" in measure("--labels", "labels.csv").stderr
    assert "label" not in measure().stderr


def test_a_folder_is_no_table(measure: Measure) -> None:
    Path("d").mkdir()
    refused = measure("--pairs", "d", of=())
    assert refused.exit_code == 2
    assert "'d' is a folder" in refused.stderr


def test_a_policy_file_measures_as_its_preset_does(measure: Measure, invoke: Invoke) -> None:
    text = invoke("policy", "show", "simclr", "--format", "yaml").stdout
    Path("mine.yaml").write_text(text)
    document = json.loads(measure("--json", "-").stdout)
    mine = json.loads(measure("--policy", "mine.yaml", "--json", "-").stdout)
    assert mine == document
    assert "Next: augscore measure" in measure("--policy", "mine.yaml").stderr
    assert "--policy mine.yaml" in measure("--policy", "mine.yaml").stderr


def test_the_command_line_wins_over_the_sizes_of_a_policy_file(measure: Measure) -> None:
    document = {"augscore_policy": 1, "name": "crops", "normalize": "imagenet"}
    crop = {"RandomResizedCrop": {"scale": [0.5, 1.0]}}
    views = [{"size": size, "transforms": [crop]} for size in (96, 48)]
    Path("mine.json").write_text(json.dumps({**document, "views": views}))
    Path("same.json").write_text(
        json.dumps({**document, "size": 32, "views": [{"count": 2, "transforms": [crop]}]})
    )
    mine, same = (
        json.loads(measure("--policy", f"{name}.json", "--views", "2", "--json", "-").stdout)
        for name in ("mine", "same")
    )
    assert mine["config"]["size"] == 64
    assert mine["images"] == same["images"]


def test_a_policy_file_is_never_replaced(measure: Measure, invoke: Invoke) -> None:
    text = invoke("policy", "show", "identity", "--format", "json").stdout
    Path("mine.json").write_text(text)
    result = measure("--policy", "mine.json", "--json", "mine.json")
    assert result.exit_code == 2
    assert Path("mine.json").read_text() == text
