"""`augscore study magnitude`, `histogram`, `pairs` and `composition`: files, screens, refusals."""

from __future__ import annotations

import csv
import json
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from tests.cli.conftest import Invoke
from tests.conftest import draw_scene

pytestmark = pytest.mark.usefixtures("small_chunks")

COMMANDS = {
    "magnitude": (
        ("--ops", "Rotate,JPEG", "--levels", "5"),
        {"score-value.png", "strength.png", "curves.csv", "within-image.csv"},
    ),
    "histogram": (("--policy", "simclr-cifar"), {"histogram.png", "histogram.csv"}),
    "pairs": (
        ("--ops", "Hue,RandomErasing", "--levels", "3"),
        {"score-gap.png", "pair-strength.png", "pairs.csv"},
    ),
    "composition": (
        ("--ops", "Brightness,JPEG", "--levels", "3"),
        {"composition.png", "composition.csv"},
    ),
}


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("figures") / "scenes"
    folder.mkdir()
    for k in range(5):
        draw_scene(40, k).save(folder / f"{k}.png")
    return folder


def _words(study: str, scenes: Path, model_file: Path, *more: str) -> tuple[str, ...]:
    own, _ = COMMANDS[study]
    images = ("--images", "4", "--size", "32", "--model", str(model_file), "--device", "cpu")
    return ("study", study, str(scenes), "-o", "s", *own, *images, *more)


@pytest.mark.parametrize("study", COMMANDS)
def test_a_study_writes_pictures_and_data_and_says_what_they_are(
    invoke: Invoke, scenes: Path, model_file: Path, study: str
) -> None:
    found = invoke(*_words(study, scenes, model_file))
    assert found.exit_code == 0, found.output
    written = {path.name for path in Path("s").iterdir()}
    assert written == COMMANDS[study][1] | {"rows.jsonl", "run.json", f"{study}.json"}
    for path in Path("s").glob("*.png"):
        with Image.open(path) as picture:
            assert picture.width > 600
    for path in Path("s").glob("*.csv"):
        assert list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    document = json.loads(Path(f"s/{study}.json").read_text(encoding="utf-8"))
    schema = json.loads((files("augscore") / f"schemas/study-{study}-1.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(document)
    assert set(document) == set(schema["properties"])
    assert (document["images"], document["seeds"], document["size"]) == (4, [0], 32)
    assert "bootstrap" in document["spread"]
    assert document["command"].startswith("augscore")
    assert document["says"]
    screen = " ".join(found.stdout.split())
    for sentence in document["says"]:
        assert sentence in screen
    assert screen.startswith("WARNING about the model: ")
    assert max(map(len, found.stdout.splitlines())) <= 80
    assert f"{study}: 4 images of 32 px" in found.stderr
    assert "views, about" in found.stderr
    assert "wrote s: " in found.stderr


@pytest.mark.parametrize("study", COMMANDS)
def test_the_same_again_measures_nothing_and_writes_the_same(
    invoke: Invoke, scenes: Path, model_file: Path, study: str
) -> None:
    words = _words(study, scenes, model_file)
    first = invoke(*words)
    before = {path.name: path.read_bytes() for path in Path("s").iterdir()}
    again = invoke(*words)
    assert again.exit_code == 0
    assert again.stdout == first.stdout
    assert "nothing left to measure" in again.stderr
    assert {path.name: path.read_bytes() for path in Path("s").iterdir()} == before


@pytest.mark.parametrize("study", COMMANDS)
def test_a_dry_run_tells_the_work_and_writes_nothing(
    invoke: Invoke, scenes: Path, model_file: Path, study: str
) -> None:
    found = invoke(*_words(study, scenes, model_file, "--dry-run"))
    assert found.exit_code == 0, found.output
    assert found.stdout.startswith(f"{study}: 4 images of 32 px; ")
    assert not Path("s").exists()
    told = json.loads(invoke(*_words(study, scenes, model_file, "--dry-run", "--json", "-")).stdout)
    assert (told["study"], told["images"], told["done"]) == (study, 4, 0)
    assert told["views"] > 0
    assert told["seconds"] > 0


def test_numbers_do_not_depend_on_the_other_images_or_workers(
    invoke: Invoke, scenes: Path, model_file: Path
) -> None:
    words = _words("magnitude", scenes, model_file)
    assert invoke(*words, "--workers", "0").exit_code == 0
    one = json.loads(Path("s/magnitude.json").read_text(encoding="utf-8"))
    rows = [json.loads(row) for row in Path("s/rows.jsonl").read_text().splitlines()]
    more = [*words]
    more[more.index("-o") + 1] = "t"
    more[more.index("--images") + 1] = "5"
    assert invoke(*more, "--workers", "2").exit_code == 0
    others = [json.loads(row) for row in Path("t/rows.jsonl").read_text().splitlines()]
    for row, other in zip(rows, others, strict=True):
        assert row["strengths"] == other["strengths"][:4]
    two = json.loads(Path("t/magnitude.json").read_text(encoding="utf-8"))
    assert two["image_names"][:4] == one["image_names"]


def test_more_operations_add_to_a_folder(invoke: Invoke, scenes: Path, model_file: Path) -> None:
    words = _words("magnitude", scenes, model_file)
    assert invoke(*words).exit_code == 0
    rows = Path("s/rows.jsonl").read_text().splitlines()
    found = invoke(*words, "--ops", "GaussianNoise")
    assert found.exit_code == 0
    assert Path("s/rows.jsonl").read_text().splitlines()[:2] == rows
    first = [line.split()[0] for line in found.stdout.splitlines() if line]
    assert [word for word in first if word in ("Rotate", "GaussianNoise", "JPEG")] == [
        "Rotate",
        "Rotate",
        "GaussianNoise",
        "JPEG",
    ]


def test_other_settings_are_refused_by_name(invoke: Invoke, scenes: Path, model_file: Path) -> None:
    words = _words("pairs", scenes, model_file)
    assert invoke(*words).exit_code == 0
    found = invoke(*words, "--seed", "1")
    assert found.exit_code == 2
    assert "seed: 0 → 1" in found.stderr


def test_pictures_of_the_images_can_be_left_out(
    invoke: Invoke, scenes: Path, model_file: Path
) -> None:
    words = _words("histogram", scenes, model_file)
    assert invoke(*words).exit_code == 0
    with Image.open("s/histogram.png") as picture:
        height = picture.height
    found = invoke(*words, "--no-thumbnails")
    assert found.exit_code == 0
    assert "nothing left to measure" in found.stderr
    with Image.open("s/histogram.png") as picture:
        assert picture.height < height


def test_quiet_tells_the_result_alone(invoke: Invoke, scenes: Path, model_file: Path) -> None:
    found = invoke(*_words("composition", scenes, model_file, "-q", "--json", "-"))
    assert found.exit_code == 0
    assert json.loads(found.stdout)["complete"] is True
    assert "wrote" not in found.stderr
    assert "views, about" not in found.stderr


@pytest.mark.parametrize(
    ("study", "more", "told"),
    [
        ("magnitude", ("--ops", "Rotat"), "Did you mean Rotate?"),
        ("magnitude", ("--ops", "RandomAffine.scal"), "Did you mean scale?"),
        ("pairs", ("--ops", "RandomInvert"), "cannot be turned through magnitudes"),
        ("composition", ("--ops", "Rotate"), "takes two operations"),
        ("composition", ("--ops", "Rotate,Hue,JPEG"), "takes two operations"),
        ("histogram", ("--policy", "simclrr"), "simclr"),
        ("histogram", ("--size", "20"), "20 is less than 32"),
    ],
)
def test_mistakes_are_told_before_anything_is_written(
    invoke: Invoke, scenes: Path, model_file: Path, study: str, more: tuple[str, ...], told: str
) -> None:
    found = invoke(*_words(study, scenes, model_file, *more))
    assert found.exit_code == 2
    assert told in found.stderr
    assert not Path("s").exists()


def test_folders_of_others_and_of_the_images_are_left_alone(
    invoke: Invoke, scenes: Path, model_file: Path
) -> None:
    Path("s").mkdir()
    Path("s/notes.txt").write_text("mine")
    found = invoke(*_words("pairs", scenes, model_file))
    assert found.exit_code == 2
    assert "holds other files (notes.txt)" in found.stderr
    inside = [*_words("pairs", scenes, model_file)]
    inside[inside.index("-o") + 1] = str(scenes.parent)
    found = invoke(*inside)
    assert found.exit_code == 2
    assert "holds the images to study" in found.stderr


def test_a_folder_of_nothing_is_input_that_cannot_be_used(
    invoke: Invoke, model_file: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    found = invoke(*_words("magnitude", empty, model_file))
    assert found.exit_code == 3
    assert "a study needs two images" in found.stderr


def test_a_file_of_settings_may_say_it_all(invoke: Invoke, scenes: Path, model_file: Path) -> None:
    Path("augscore.toml").write_text('[study.magnitude]\nops = "JPEG"\nlevels = 4\nimages = 3\n')
    found = invoke(
        "study", "magnitude", str(scenes), "-o", "s", "--size", "32", "--model", str(model_file)
    )
    assert found.exit_code == 0, found.output
    document = json.loads(Path("s/magnitude.json").read_text(encoding="utf-8"))
    assert document["images"] == 3
    ((curve,),) = [document["curves"]]
    assert (curve["op"], len(curve["points"])) == ("JPEG", 4)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a child there")
def test_an_interrupted_study_goes_on_where_it_was(
    scenes: Path, model_file: Path, tmp_path: Path
) -> None:
    words = _words("magnitude", scenes, model_file, "--ops", "", "--levels", "41")
    command = [sys.executable, "-m", "augscore_cli", *words]
    child = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    rows = tmp_path / "s" / "rows.jsonl"
    deadline = time.monotonic() + 200
    while not (rows.exists() and rows.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, told = child.communicate(timeout=60)
    assert child.returncode == 130, told
    assert "the same command continues this study" in told
    before = rows.read_text().splitlines()
    assert 1 <= len(before) < 32
    assert {path.name for path in rows.parent.iterdir()} == {"rows.jsonl", "run.json"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{len(before)} of 32 parts done" in done.stderr
    assert rows.read_text().splitlines()[: len(before)] == before
