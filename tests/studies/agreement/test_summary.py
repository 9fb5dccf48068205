"""The column of strength in a card: there and back, and nothing else of the file changes."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import ModelError, UsageError
from augscore.score.model import load_model, save_model
from augscore.strength.model_path import bundled_path, own_path
from augscore.studies.agreement.figures import Figure
from augscore.studies.agreement.summary import (
    save_summary,
    summary_from_json,
    summary_of,
)

FIGURES = {
    "strength": (
        Figure("RAID", "pooled", 0.75, 0.5, 0.875),
        Figure("RAID", "at equal levels", math.nan, math.nan, math.nan),
    ),
    "pixel RMS": (Figure("RAID", "pooled", 0.1, 0.0, 0.2),),
}


@pytest.fixture
def own(tiny_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(tiny_run / "model.safetensors", tmp_path / "own.safetensors"))


def test_a_card_gives_back_what_it_was_given(own: Path) -> None:
    model = load_model(own)
    summary = summary_of(FIGURES, 7)
    sha256 = save_summary(own, model, summary)
    again = load_model(own)
    assert again.sha256 == sha256 != model.sha256
    found = summary_from_json(json.loads(json.dumps(again.card.agreement, allow_nan=False)))
    assert (found.reading, found.pictures) == (summary.reading, 7)
    assert found.figures[0] == FIGURES["strength"][0]
    assert math.isnan(found.figures[1].value)
    assert len(found.figures) == 2
    assert replace(again.card, agreement={}) == model.card
    assert again.calibration == model.calibration
    old, new = model.denoiser.network.state_dict(), again.denoiser.network.state_dict()
    assert all(torch.equal(old[name], new[name]) for name in old)
    assert save_summary(own, again, summary) == sha256


def test_another_model_under_the_name_keeps_its_card(own: Path) -> None:
    model = load_model(own)
    save_model(own, model.denoiser, replace(model.card, name="newer"), model.calibration)
    newer = own.read_bytes()
    with pytest.raises(ModelError, match="was changed since it was read"):
        save_summary(own, model, summary_of(FIGURES, 2))
    assert own.read_bytes() == newer


def test_the_bundled_model_is_nobodys_own(own: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.safetensors"
    link.symlink_to(bundled_path())
    for name in ("default", str(bundled_path()), str(link)):
        with pytest.raises(UsageError, match="would change the model that comes with augscore"):
            own_path(name)
    assert own_path(str(own)) == own
