"""A model is checked on photographs that it never saw, and the tables stand in its card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from augscore.errors import InputError
from augscore.score.model import load_model
from augscore.strength import evidence, seen
from augscore.strength.scorer import Scorer, load_scorer
from augscore.training.score import verdict
from augscore.training.score.model_check import check_model, evidence_from_json, save_evidence


@pytest.mark.usefixtures("small_chunks")
def test_the_tables_are_made_and_kept_in_the_card(
    tiny_run: Path,
    tiny_scorer: Scorer,
    scenes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(evidence, "LADDERS", evidence.LADDERS[1:2])
    monkeypatch.setattr(seen, "CHANGES", seen.CHANGES[:1])
    monkeypatch.setattr(verdict, "WIENER_CROPS", 64)
    monkeypatch.setattr(verdict, "JUDGED_CROPS", 16)
    found = check_model(tiny_scorer, [scenes], limit=5, progress=lambda event: None)
    assert (found.images, found.size) == (5, 48)
    assert [row.sigma for row in found.denoising] == list(verdict.SIGMAS)
    assert [row.name for row in found.rising] == ["noise"]
    assert [row.name for row in found.seen] == ["flip, left to right"]
    assert evidence_from_json(json.loads(json.dumps(found.to_json()))) == found
    path = tmp_path / "model.safetensors"
    shutil.copy(tiny_run / "model.safetensors", path)
    save_evidence(path, tiny_scorer.model, found)
    again = load_model(path)
    assert again.card.evidence == json.loads(json.dumps(found.to_json()))
    assert again.calibration == tiny_scorer.model.calibration
    assert load_scorer(path, "cpu").calibration.lens == tiny_scorer.calibration.lens


def test_a_card_from_before_there_was_the_third_table_can_be_read() -> None:
    old = {"images": 4, "size": 48, "denoising": [], "rising": []}
    assert evidence_from_json(old).seen == ()


def test_too_few_photographs_are_refused(tiny_scorer: Scorer, scenes: Path) -> None:
    with pytest.raises(InputError, match="found 3") as caught:
        check_model(tiny_scorer, [scenes], limit=3, progress=lambda event: None)
    assert caught.value.code == "too_few_images"
