"""A model that an earlier version of the reading calibrated, calibrated for this one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import InputError, ModelError
from augscore.score.model import load_model, save_model
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.score import recalibration
from augscore.training.score.recalibration import calibrate_anew
from tests.conftest import draw_scene

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture
def older(tiny_run: Path, tmp_path: Path) -> Path:
    """The file as an earlier version would have left it."""
    path = tmp_path / "older.safetensors"
    found = load_model(tiny_run / "model.safetensors")
    save_model(path, found.denoiser, found.card, {"reading": "strength/1"})
    return path


def test_it_reads_again_as_training_had_left_it(
    older: Path,
    tiny_run: Path,
    tiny_scorer: Scorer,
    scenes: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crops = tiny_scorer.calibration.crops
    monkeypatch.setattr(recalibration, "CALIBRATION_CROPS", crops)
    with pytest.raises(ModelError, match="augscore model calibrate") as caught:
        load_scorer(older, "cpu")
    assert caught.value.code == "model_version"
    calibrate_anew(older, [scenes], device="cpu", progress=lambda event: None)
    again, trained = load_model(older), load_model(tiny_run / "model.safetensors")
    assert load_scorer(older, "cpu").calibration.lens == tiny_scorer.calibration.lens
    assert json.dumps(again.calibration) == json.dumps(trained.calibration)
    pairs = zip(again.denoiser.parameters(), trained.denoiser.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in pairs)


def test_images_below_the_working_size_are_refused_and_the_file_stays(
    older: Path, tmp_path: Path
) -> None:
    (tmp_path / "small").mkdir()
    for seed in range(3):
        draw_scene(36, seed).save(tmp_path / "small" / f"{seed}.png")
    before = older.read_bytes()
    with pytest.raises(InputError) as caught:
        calibrate_anew(older, [tmp_path / "small"], device="cpu", progress=lambda event: None)
    assert caught.value.code == "too_few_images"
    assert older.read_bytes() == before


def test_a_folder_without_images_is_told(older: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        calibrate_anew(older, [tmp_path / "empty"], device="cpu", progress=lambda event: None)
    assert load_model(older).calibration == {"reading": "strength/1"}


def test_tables_of_a_check_are_dropped_with_the_calibration_they_were_made_with(
    older: Path, scenes: Path
) -> None:
    found = load_model(older)
    card = replace(found.card, evidence={"images": 4})
    save_model(older, found.denoiser, card, found.calibration)
    calibrate_anew(older, [scenes], device="cpu", progress=lambda event: None)
    assert load_model(older).card.evidence == {}
