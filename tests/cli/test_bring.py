"""Pipelines of other libraries on the command line: files by their content, code when allowed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import albumentations as A
import pytest
import yaml
from click.testing import Result

import augscore
from augscore import Draw, Policy
from augscore.engine.policies import find_policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture

Invoke = Callable[..., Result]

NOISE = A.Compose([A.RandomResizedCrop((48, 48)), A.GaussNoise(p=1), A.Normalize(), A.ToTensorV2()])
FLIP = A.Compose([A.HorizontalFlip(p=0.5), A.ToGray(p=0.2), A.Normalize()])
SOLO = """
- rrc: {enabled: true, crop_min_scale: 0.2, crop_max_scale: 1.0}
  grayscale: {prob: 0.2}
  gaussian_blur: {prob: 0.5}
  crop_size: 48
  num_crops: 2
"""
CODE = """
from torchvision.transforms import v2
pipelines = type("P", (), {"weak": v2.Compose([v2.RandomResizedCrop(40), v2.RandomGrayscale(0.2)])})
strong = v2.RandomPhotometricDistort()
number = 3
"""


@pytest.fixture(autouse=True)
def _files() -> None:
    A.save(NOISE, "noise.yaml", data_format="yaml")
    A.save(FLIP, "flip.json")
    Path("solo.yaml").write_text(SOLO)
    Path("mine.py").write_text(CODE)
    Path("broken.py").write_text("1 / 0\n")


def test_show_tells_steps_and_notes(invoke: Invoke) -> None:
    shown = invoke("policy", "show", "flip.json")
    assert shown.exit_code == 0, shown.output
    assert "RandomHorizontalFlip   p 0.5" in shown.stdout
    assert "note: split off, since views are floats in [0, 1]: Normalize" in shown.stdout
    shown = invoke("policy", "show", "noise.yaml")
    assert shown.exit_code == 0, shown.output
    assert "albumentations 2.0." in shown.stdout
    assert "GaussNoise(p=1.0," in shown.stdout
    flat = " ".join(shown.stdout.split())
    assert "note: runs as it is, image by image on the CPU" in flat
    assert all(len(row) <= 80 for row in shown.stdout.splitlines())


def test_what_is_converted_can_be_written_as_a_policy_file(invoke: Invoke) -> None:
    for name in ("flip.json", "solo.yaml"):
        written = invoke("policy", "show", name, "--format", "yaml")
        assert written.exit_code == 0, written.output
        assert written.stderr.startswith("note: ")
        Path("again.yaml").write_text(written.stdout)
        assert find_policy("again.yaml").size == find_policy(name).size
        assert len(find_policy("again.yaml").views) == len(find_policy(name).views)
    written = invoke("policy", "show", "noise.yaml", "--format", "yaml")
    assert written.exit_code == 2
    assert "no policy file can hold it" in written.stderr
    document = invoke("policy", "show", "noise.yaml", "--json", "-")
    assert (
        "GaussNoise"
        in json.loads(document.stdout)["views"][0]["transforms"][0]["Foreign"]["pipeline"]
    )


def test_validate_reads_them_all(invoke: Invoke) -> None:
    result = invoke("policy", "validate", "noise.yaml", "flip.json", "solo.yaml")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        "noise.yaml: ok, noise, 48 px, 1 view, 1 step",
        "flip.json: ok, flip, 224 px, 1 view, 2 steps",
        "solo.yaml: ok, solo, 48 px, 2 views, 6 steps",
    ]
    Path("wrong.yaml").write_text(SOLO.replace("grayscale", "greyscale"))
    result = invoke("policy", "validate", "wrong.yaml", "flip.json")
    assert result.exit_code == 2
    assert "wrong.yaml: [0] has no 'greyscale'. Did you mean grayscale?" in result.stderr


def test_code_runs_only_when_it_is_allowed(invoke: Invoke) -> None:
    for name in ("mine.py:pipelines.weak", "mine:strong"):
        for command in (("policy", "show"), ("policy", "validate"), ("measure", ".", "--policy")):
            result = invoke(*command, name)
            assert result.exit_code == 2
            assert "names code, which would be run. --allow-code runs it" in result.stderr
    assert "mine" not in sys.modules
    shown = invoke("policy", "show", "mine.py:pipelines.weak", "--allow-code")
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.split()[:5] == ["pipelines.weak", "40", "px,", "1", "view."]
    before = [*sys.path]
    result = invoke("policy", "validate", "mine:strong", "--allow-code")
    assert result.stdout == "mine:strong: ok, strong, 224 px, 1 view, 1 step\n"
    assert sys.path == before
    del sys.modules["mine"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mine.py:nothing", "'mine.py' has no 'nothing'"),
        ("gone.py:x", "cannot find 'gone.py'"),
        ("no_such_module:x", "No module named 'no_such_module'"),
        ("broken.py:x", "'broken.py' raised ZeroDivisionError"),
        ("mine.py:number", "a int is no pipeline"),
    ],
)
def test_code_that_is_not_there_or_fails(name: str, words: str, invoke: Invoke) -> None:
    result = invoke("policy", "show", name, "--allow-code")
    assert result.exit_code == 2
    assert words in result.stderr


def test_draw_of_a_pipeline_that_runs_as_it_is(invoke: Invoke, scenes: Path) -> None:
    image = next(iter(sorted(scenes.rglob("*.png"))))
    result = invoke("policy", "draw", "noise.yaml", str(image), "-n", "2")
    assert result.exit_code == 0, result.output
    assert "note: runs as it is" in result.stderr
    draw = Draw.from_json(json.loads(Path("sheet.json").read_text()))
    assert [step["op"] for step in draw.describe(0, 0)["steps"]][1] == "RandomResizedCrop"
    picture = decode(Candidate(image, image.name))
    assert isinstance(picture, Picture)
    views = augscore.replay([picture.pixels], draw, policy=Policy.of("noise.yaml"))
    again, _ = augscore.augment([picture.pixels], "noise.yaml", ids=[image.name])
    assert (views[0] == again[0]).all()
    code = ("policy", "draw", "mine.py:strong", str(image), "-n", "1", "--size", "32")
    assert invoke(*code, "-o", "mine.png", "--allow-code").exit_code == 0


def test_measure_runs_them_and_notes_what_was_lost(
    invoke: Invoke, photos: Path, model_file: Path
) -> None:
    measuring = ("measure", str(photos), "--model", str(model_file), "--size", "64", "--json", "-")
    result = invoke(*measuring, "--policy", "noise.yaml", "--batch-size", "2")
    assert result.exit_code == 0, result.output
    assert "note: runs as it is, image by image on the CPU (albumentations 2.0." in result.stderr
    assert "note: Normalize is undone in what it returns" in result.stderr
    document = json.loads(result.stdout)
    assert document["config"]["policy"] == "noise"
    steps = document["images"][0]["views"][0]["draw"]
    assert [step["op"] for step in steps][1:3] == ["RandomResizedCrop", "GaussNoise"]
    again = json.loads(invoke(*measuring, "--policy", "noise.yaml", "--batch-size", "5").stdout)
    assert again["images"] == document["images"]
    other = invoke(*measuring, "--policy", "mine.py:strong", "--allow-code")
    assert json.loads(other.stdout)["config"]["policy"] == "strong"


def test_code_means_nothing_for_pairs(invoke: Invoke) -> None:
    Path("pairs.csv").write_text("reference,distorted\n")
    result = invoke("measure", "--pairs", "pairs.csv", "--allow-code")
    assert result.exit_code == 2
    assert "--allow-code means nothing" in result.stderr


def test_a_yaml_of_something_else_is_still_a_policy_with_mistakes(invoke: Invoke) -> None:
    Path("other.yaml").write_text(yaml.safe_dump({"model": 3}))
    result = invoke("policy", "show", "other.yaml")
    assert result.exit_code == 2
    assert "a policy has no argument 'model'" in result.stderr


def test_changed_code_is_another_policy() -> None:
    """Where it runs as it is; what is converted is known by what it says."""
    code = "def dim(image):\n    return image.point(lambda level: level // {})\n"
    Path("dim.py").write_text(code.format(2))
    first = policy_digest(find_policy("dim.py:dim", allow_code=True))
    assert policy_digest(find_policy("dim.py:dim", allow_code=True)) == first
    Path("dim.py").write_text(code.format(9))
    assert policy_digest(find_policy("dim.py:dim", allow_code=True)) != first
    converted = policy_digest(find_policy("mine.py:pipelines.weak", allow_code=True))
    Path("mine.py").write_text(f"# in other words{CODE}")
    assert policy_digest(find_policy("mine.py:pipelines.weak", allow_code=True)) == converted
