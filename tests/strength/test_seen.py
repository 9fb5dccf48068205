"""What a reading notices: more than a re-encoding that people do not see."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from augscore.engine.ladder import apply_step
from augscore.engine.nodes import Step
from augscore.strength import seen
from augscore.strength.harmless import HARMLESS_QUALITY, re_encoded
from augscore.strength.readings import score_shift
from augscore.strength.reference import pixel_rms
from augscore.strength.scorer import Scorer
from augscore.strength.seen import CHANGES, Change, seen_table

pytestmark = pytest.mark.usefixtures("small_chunks")

NOTHING = Change("nothing", Step("Brightness", (("factor", (1.0, 1.0)),)))


def test_shares_count_images_that_move_farther_than_a_harmless_change_moves_them(
    tiny_scorer: Scorer, images: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    flip = CHANGES[0]
    monkeypatch.setattr(seen, "CHANGES", (flip, NOTHING))
    few = images[:4]
    harmless, flipped = re_encoded(few, HARMLESS_QUALITY), few.flip(-1)
    row, nothing = seen_table(tiny_scorer, few, lambda done, total: None)

    def share(move: torch.Tensor, bar: torch.Tensor) -> float:
        ordered = sorted(bar.tolist())
        limit = ordered[2] + (0.95 * 3 - 2) * (ordered[3] - ordered[2])
        return float(np.mean([one > limit for one in move.tolist()]))

    strengths = tiny_scorer.strength(few, flipped)
    assert row.strength == share(strengths, tiny_scorer.strength(few, harmless))
    assert row.pixel_rms == share(pixel_rms(few, flipped), pixel_rms(few, harmless))
    norms = [tiny_scorer.score_norm(x) for x in (few, flipped, harmless)]
    gaps = [score_shift(norms[0], norm, tiny_scorer.sigmas).abs() for norm in norms[1:]]
    assert row.score_gap == share(*gaps)
    kinds = [tiny_scorer.typicality(x) for x in (few, flipped, harmless)]
    assert row.typicality == share(*((kind - kinds[0]).abs() for kind in kinds[1:]))
    assert row.median == pytest.approx(sorted(strengths.tolist())[1])
    assert (nothing.strength, nothing.score_gap, nothing.typicality, nothing.median) == (0, 0, 0, 0)
    assert nothing.noise_sd is None


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_every_change_changes_every_image_and_keeps_its_shape(
    change: Change, images: torch.Tensor
) -> None:
    """In the same way each time."""
    changed = apply_step(images[:4], change.step)
    assert changed.shape == images[:4].shape
    assert torch.equal(changed, apply_step(images[:4], change.step))
    assert float(pixel_rms(images[:4], changed).min()) > 0
