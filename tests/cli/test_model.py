"""`augscore model`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from augscore_cli import version
from tests.conftest import draw_scene

Invoke = Callable[..., Result]


def test_info_shows_the_card(model_file: Path, invoke: Invoke) -> None:
    result = invoke("model", "info", str(model_file))
    assert result.exit_code == 0, result.output
    text = " ".join(result.stdout.split())
    for part in (
        "tiny sha256",
        "working size 64 px",
        "0.005 ... 1, pixels in [0, 1]",
        "10 images trained on, 2 held out; crops of 32 px at short sides of 64, 96 px",
        "strength/2, calibrated on 12 crops of 12 images",
        "0.1 0.003 0.004 0.750",
        "only 2 images were held out: the comparison is uncertain",
        "noise ladder at 64 px, floor",
        "noise ladder at 32 px, floor",
    ):
        assert part in text
    narrow = [row for row in result.stdout.splitlines() if str(model_file) not in row]
    assert max(map(len, narrow)) <= 80


def test_a_run_folder_names_its_model(model_file: Path, invoke: Invoke) -> None:
    result = invoke("model", "info", str(model_file.parent))
    assert result.stdout.startswith("tiny\n")


def test_info_as_json(model_file: Path, invoke: Invoke) -> None:
    document = json.loads(invoke("model", "info", str(model_file), "--json", "-").stdout)
    assert document["card"]["working_size"] == 64
    assert [ladder["size"] for ladder in document["calibration"]["ladders"]] == [64, 32]
    assert len(document["sha256"]) == 64
    assert document["levels_lost"] == 0
    assert len(document["doubts"]) == 1


def test_a_missing_model_is_an_unusable_input(invoke: Invoke) -> None:
    result = invoke("model", "info", "nowhere")
    assert result.exit_code == 3
    assert result.stderr.startswith("error: cannot read model 'nowhere'")


def test_a_folder_without_a_model_is_told_what_it_lacks(invoke: Invoke) -> None:
    Path("photos").mkdir()
    result = invoke("model", "info", "photos")
    assert result.exit_code == 3
    assert "'photos': the folder holds no model.safetensors. " in result.stderr
    assert "no such model" not in result.stderr


def test_the_bundled_one_has_a_version_and_two_tables_of_two_titles(invoke: Invoke) -> None:
    lines = invoke("model", "info", "default").stdout.splitlines()
    assert lines[0] == "default 3.0"
    assert lines.count("denoising error on held-out images") == 1
    assert lines.count("denoising error on these photographs") == 1
    assert not [row for row in lines if "train longer" in row or "uncertain" in row]


def test_the_list_of_the_known_ones_fits(invoke: Invoke) -> None:
    assert max(map(len, invoke("model", "info").stdout.splitlines())) <= 80


def test_a_file_that_is_no_model(invoke: Invoke) -> None:
    Path("m.safetensors").write_text("hello")
    assert invoke("model", "info", "m.safetensors").exit_code == 3


def test_without_argument_the_known_ones(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    known = version.BundledModel("default", "1.0", "3f2a9c1d" * 8, "photographs", "CC0")
    monkeypatch.setattr("augscore_cli.commands.model.bundled_model", lambda: known)
    result = invoke("model", "info")
    assert result.stdout == "default 1.0   sha256 3f2a9c1d   photographs\n"
    assert "Next: augscore model info default" in result.stderr
    monkeypatch.setattr("augscore_cli.commands.model.bundled_model", lambda: None)
    result = invoke("model", "info")
    assert result.exit_code == 0
    assert "augscore train score" in result.stderr


def test_calibrate_writes_the_file_and_shows_its_ladders(
    model_file: Path, invoke: Invoke, tmp_path: Path
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for seed in range(4):
        draw_scene(80, seed).save(photos / f"{seed}.png")
    own = tmp_path / "own.safetensors"
    own.write_bytes(model_file.read_bytes())
    result = invoke("model", "calibrate", str(own), "--data", str(photos))
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("noise ladder at 64 px, floor")
    assert "wrote" in result.stderr
    assert own.read_bytes() != model_file.read_bytes()
    assert invoke("model", "info", str(own)).exit_code == 0


def test_the_bundled_model_is_not_calibrated_anew(invoke: Invoke) -> None:
    result = invoke("model", "calibrate", "default", "--data", ".")
    assert result.exit_code == 2
    assert "would change the model that comes with augscore" in result.stderr
