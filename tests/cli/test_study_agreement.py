"""`augscore study agreement`: table, files, refusals, and an end by a signal."""

from __future__ import annotations

import json
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
