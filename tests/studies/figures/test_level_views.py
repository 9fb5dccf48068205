"""Views at every level are those that the engine makes one by one, however they are batched."""

from __future__ import annotations

import pytest
import torch

from augscore.engine.augment import augment
from augscore.engine.policy import Policy, View
from augscore.strength import sight
from augscore.strength.scorer import Scorer
from augscore.studies.figures.level_views import level_views
from augscore.studies.figures.originals import Originals, score_values, unrelated_strength
from augscore.studies.figures.sweeps import first_sweep

IDS = ("a", "b", "c", "d", "e", "f")


@pytest.mark.parametrize("chunk", [1, 4, 5, 6, 13, 100])
@pytest.mark.parametrize("name", ["RandomResizedCrop.scale", "GaussianNoise", "Rotate"])
def test_batches_cover_every_image_and_level_once(
    tiny_scorer: Scorer,
    pictures: torch.Tensor,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    chunk: int,
) -> None:
    monkeypatch.setattr(sight, "_CHUNK_PIXELS_CPU", chunk * 32 * 32)
    originals = Originals.of(tiny_scorer, pictures, IDS)
    sweep = first_sweep(name)
    values = sweep.spread(32, 5)
    steps = [(sweep.step(value, 32),) for value in values]
    seen: dict[tuple[int, int], torch.Tensor] = {}
    for batch in level_views(tiny_scorer, originals, steps, seed=7):
        assert len(batch.views) <= chunk
        seen |= zip(zip(batch.images, batch.levels, strict=True), batch.views, strict=True)
    assert set(seen) == {(i, k) for i in range(6) for k in range(len(values))}
    floats = pictures.to(torch.float32) / 255
    for level, step in enumerate(steps):
        (alone,), _ = augment(floats, Policy("x", 32, (View(step),)), size=32, seed=7, ids=IDS)
        for image in range(6):
            assert torch.allclose(seen[image, level], alone[image], atol=1e-6)


def test_unrelated_is_the_median_over_all_pairs(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    originals = Originals.of(tiny_scorer, pictures)
    pairs = [
        float(tiny_scorer.strength(pictures[i][None], pictures[j][None]))
        for i in range(6)
        for j in range(i)
    ]
    wanted = float(torch.tensor(pairs).median())
    assert unrelated_strength(tiny_scorer, originals) == pytest.approx(wanted, rel=1e-5)


def test_score_values_are_means_of_log_norms(tiny_scorer: Scorer, pictures: torch.Tensor) -> None:
    norms = tiny_scorer.score_norm(pictures).to(torch.float64)
    sigmas = torch.tensor(tiny_scorer.sigmas, dtype=torch.float64)
    wanted = (norms * sigmas).log().mean(dim=1).to(torch.float32)
    assert torch.allclose(score_values(tiny_scorer, pictures), wanted, atol=1e-5)
