"""`augscore study agreement`: table, files, refusals, and an end by a signal."""

from __future__ import annotations

import json
import shutil
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from augscore.studies.figures.sweeps import SWEEPS
from tests.cli.conftest import Invoke
from tests.studies.agreement.folders import photo_folder, turn_only

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture(autouse=True)
def _few_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    turn_only(monkeypatch, [s for s in SWEEPS if s.op in ("Rotate", "GaussianNoise")])


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return photo_folder(tmp_path_factory.mktemp("judges"))


def test_a_table_two_files_and_what_is_left_out(
    invoke: Invoke, judges: Path, model_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s"
    words = ("study", "agreement", str(judges), "--out", str(out), "--model", str(model_file))
    result = invoke(*words, "--json", "-")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    schema = files("augscore").joinpath("schemas/study-agreement-1.json").read_text()
    jsonschema.validate(document, json.loads(schema))
    assert json.loads((out / "agreement.json").read_text()) == document
    assert "note: left out RAID: its files are not in the folder" in result.stderr
    again = invoke(*words)
    heads, first, *_ = again.stdout.splitlines()
    names = "judge strength 95 % untrained pixel RMS 1 - SSIM level number"
    assert heads.split() == names.split()
    assert first.startswith("KADID-10k")
    assert "Followed least within image, photographs: " in again.stdout
    table = (out / "table.md").read_text()
    assert table.startswith("# Agreement with judges\n")
    assert "\n## Within image, photographs: what strength follows\n" in table
    (told,) = document["within_image"]
    operations = {case["name"] for case in told["operations"]}
    assert operations == {"Rotate −", "Rotate +", "GaussianNoise"}
    lines = table.splitlines()
    places = [
        lines.index(next(r for r in lines if r.startswith(f"| {c['name']} |")))
        for c in told["operations"]
    ]
    assert places == sorted(places)


def test_folders_without_judges_are_refused(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = invoke("study", "agreement", str(tmp_path / "empty"), "--out", str(tmp_path / "s"))
    assert result.exit_code == 3
    assert "empty holds no judge" in result.stderr
    assert not (tmp_path / "s").exists()
    inside = invoke("study", "agreement", str(tmp_path), "--out", str(tmp_path / "empty" / "s"))
    assert inside.exit_code == 3


def test_the_judges_folder_is_no_place_for_the_study(
    invoke: Invoke, judges: Path, model_file: Path
) -> None:
    before = sorted(judges.iterdir())
    words = ("study", "agreement", str(judges), "--out", str(judges), "--model", str(model_file))
    assert invoke(*words).exit_code == 2
    assert sorted(judges.iterdir()) == before


def test_the_card_keeps_the_table_and_the_study_goes_on(
    invoke: Invoke, judges: Path, model_file: Path, tmp_path: Path
) -> None:
    own, out = tmp_path / "own.safetensors", tmp_path / "s"
    shutil.copy(model_file, own)
    words = ("study", "agreement", str(judges), "--out", str(out), "--model", str(own))
    before = invoke(*words)
    assert before.exit_code == 0, before.stderr
    assert "rank agreement" not in invoke("model", "info", str(own)).stdout
    rows = (out / "rows.jsonl").read_bytes()
    saved = invoke(*words, "--write", "--json", "-")
    assert saved.exit_code == 0, saved.stderr
    assert (out / "rows.jsonl").read_bytes() == rows
    document = json.loads(saved.stdout)
    assert json.loads((out / "agreement.json").read_text()) == document
    info = json.loads(invoke("model", "info", str(own), "--json", "-").stdout)
    assert info["sha256"] == document["model"]["sha256"]
    assert info["card"]["agreement"]["figures"] == document["contenders"][0]["figures"]
    assert info["card"]["agreement"]["pictures"] == 16
    shown = invoke("model", "info", str(own)).stdout.splitlines()
    (head,) = [row for row in shown if row.startswith("rank agreement of strength/")]
    judges_told = shown[shown.index(head) :]
    assert any(row.startswith("KADID-10k: pooled ") for row in judges_told)
    assert any(row.startswith("within image, photographs: mean ") for row in judges_told)
    assert max(len(row) for row in judges_told) <= 80
    assert invoke(*words).exit_code == 0


def test_the_bundled_model_is_left_as_it_is(invoke: Invoke, judges: Path, tmp_path: Path) -> None:
    result = invoke("study", "agreement", str(judges), "--out", str(tmp_path / "s"), "--write")
    assert result.exit_code == 2
    assert "would change the model that comes with augscore" in result.stderr
    assert not (tmp_path / "s").exists()


def test_unknown_metrics_are_refused_before_anything_is_made(
    invoke: Invoke, judges: Path, model_file: Path, tmp_path: Path
) -> None:
    words = ("study", "agreement", str(judges), "--out", str(tmp_path / "s"))
    result = invoke(*words, "--model", str(model_file), "--metrics", "gmsd,vis")
    assert result.exit_code == 2
    assert "no metric is named 'vis'. Did you mean vsi?" in result.stderr
    assert not (tmp_path / "s").exists()
