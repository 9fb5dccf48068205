from __future__ import annotations

import math
from dataclasses import replace
from typing import get_args

import pytest
import torch

from augscore.errors import UsageError
from augscore.images.resize import bring_to_size
from augscore.strength.scorer import Scorer
from augscore.training.config import Reading, WeightingConfig, WeightingKind
from augscore.training.weighing import score_values
from augscore.training.weighing.gaps import gap_of, needs_network
from tests.training.weighing.making import MakeScene

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture(autouse=True)
def _float32(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exact, so that it can be held to the readings; bf16 has a test of its own."""
    if "bf16" not in request.node.name:
        monkeypatch.setattr(score_values, "favours_bf16", lambda device: False)


def gaps(
    make_scene: MakeScene, scorer: Scorer | None, *, views: int = 2, **config: object
) -> torch.Tensor:
    return gap_of(make_scene(views=views), replace(WeightingConfig(), **config), scorer)  # type: ignore[arg-type]


def test_the_score_gap_is_that_of_the_readings(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    first, second = make_scene().views
    found = gaps(make_scene, tiny_scorer, kind="score", sigma=0.2)
    norms = [tiny_scorer.score_norm(view, 0.2)[:, 0] for view in (first, second)]
    torch.testing.assert_close(found[0], (norms[0].log() - norms[1].log()).abs())
    several = gaps(make_scene, tiny_scorer, kind="score", reading="multi-gap")
    torch.testing.assert_close(several[0], tiny_scorer.score_gap(first, second))


def test_scorecl_takes_the_norms_as_they_are(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    first, second = make_scene().views
    norms = [tiny_scorer.score_norm(view, 0.1)[:, 0] for view in (first, second)]
    found = gaps(make_scene, tiny_scorer, kind="scorecl", reading="strength")
    torch.testing.assert_close(found[0], (norms[0] - norms[1]).abs())


def test_strength_gaps_are_those_of_the_scorer(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    scene = make_scene()
    reference = bring_to_size(scene.originals, 32)  # type: ignore[arg-type]
    moved = [tiny_scorer.strength(reference, view) for view in scene.views]
    found = gaps(make_scene, tiny_scorer, kind="score", reading="strength")
    torch.testing.assert_close(found[0], (moved[0] - moved[1]).abs())
    between = gaps(make_scene, tiny_scorer, kind="score", reading="strength-between")
    torch.testing.assert_close(between[0], tiny_scorer.strength(*scene.views))


def test_originals_of_several_sizes_have_the_same_strengths(
    make_scene: MakeScene, tiny_scorer: Scorer
) -> None:
    scene, config = make_scene(), WeightingConfig(kind="score", reading="strength")
    as_list = replace(scene, originals=list(scene.originals))
    assert torch.equal(gap_of(scene, config, tiny_scorer), gap_of(as_list, config, tiny_scorer))


def test_large_views_are_looked_at_small(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    config = WeightingConfig(kind="score")
    large = make_scene(size=96)
    small = replace(large, views=tuple(score_values.at_most(view, 64) for view in large.views))
    assert small.views[0].shape[-1] == 64
    assert torch.equal(gap_of(large, config, tiny_scorer), gap_of(small, config, tiny_scorer))


@pytest.mark.parametrize("reading", get_args(Reading))
def test_views_of_two_sizes_are_compared(
    reading: Reading, make_scene: MakeScene, tiny_scorer: Scorer
) -> None:
    """A view that is also there enlarged: the pair of equal sizes reads as it does alone."""
    scene = make_scene()
    larger = torch.nn.functional.interpolate(scene.views[0], scale_factor=1.5)
    mixed = replace(scene, views=(*scene.views, larger), pairs=((0, 1), (0, 2)))
    config = WeightingConfig(kind="score", reading=reading)
    found, alone = (gap_of(s, config, tiny_scorer) for s in (mixed, scene))
    assert found.shape == (2, 12)
    torch.testing.assert_close(found[0], alone[0])
    assert bool(found.isfinite().all())


@pytest.mark.parametrize("kind", get_args(WeightingKind))
def test_every_kind_is_symmetric_and_repeats(
    kind: WeightingKind, make_scene: MakeScene, tiny_scorer: Scorer
) -> None:
    scene, config = make_scene(views=3), WeightingConfig(kind=kind)
    scorer = tiny_scorer if needs_network(config) else None
    found = gap_of(scene, config, scorer)
    assert (found.shape, found.dtype, found.requires_grad) == ((3, 12), torch.float32, False)
    assert bool((found >= 0).all())
    assert torch.equal(gap_of(scene, config, scorer), found)
    if kind != "uniform":
        swapped = replace(scene, pairs=tuple((b, a) for a, b in scene.pairs))
        assert torch.equal(gap_of(swapped, config, scorer), found)
        same = replace(scene, pairs=((1, 1),))
        assert not gap_of(same, config, scorer).any()
    if kind != "none":
        assert len(set(found.flatten().tolist())) > 30


@pytest.mark.parametrize("reading", get_args(Reading))
def test_every_pair_of_many_views_reads_as_it_does_alone(
    reading: Reading, make_scene: MakeScene, tiny_scorer: Scorer
) -> None:
    scene, config = make_scene(views=4), WeightingConfig(kind="score", reading=reading)
    for row, (a, b) in zip(gap_of(scene, config, tiny_scorer), scene.pairs, strict=True):
        alone = replace(scene, views=(scene.views[a], scene.views[b]), pairs=((0, 1),))
        torch.testing.assert_close(row, gap_of(alone, config, tiny_scorer)[0])


def test_no_gradient_and_no_inference_tensors(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    scene = make_scene()
    scene = replace(scene, views=tuple(view.requires_grad_() for view in scene.views))
    losses = torch.rand(1, 12, requires_grad=True)
    for reading in get_args(Reading):
        found = gap_of(scene, WeightingConfig(kind="score", reading=reading), tiny_scorer)
        (found * losses).sum().backward()  # type: ignore[no-untyped-call]
    assert all(view.grad is None for view in scene.views)
    assert all(p.grad is None for p in tiny_scorer.model.denoiser.parameters())


@pytest.mark.parametrize("reading", get_args(Reading))
def test_bf16_reads_as_float32_does(
    reading: Reading,
    make_scene: MakeScene,
    tiny_scorer: Scorer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene, config = make_scene(), WeightingConfig(kind="score", reading=reading)
    found = []
    for favoured in (True, False):
        monkeypatch.setattr(score_values, "favours_bf16", lambda device, f=favoured: f)
        found.append(gap_of(scene, config, tiny_scorer)[0])
    assert found[0].dtype == torch.float32
    assert not torch.equal(*found)
    torch.testing.assert_close(*found, atol=0.02, rtol=0.02)


def test_pixels(make_scene: MakeScene) -> None:
    first, second = (view.double() for view in make_scene().views)
    found = gaps(make_scene, None, kind="pixel")
    for image in range(12):
        squares = [
            float((a - b) ** 2)
            for a, b in zip(first[image].flatten(), second[image].flatten(), strict=True)
        ]
        assert math.isclose(
            float(found[0, image]), math.sqrt(sum(squares) / len(squares)), rel_tol=1e-5
        )


def test_uniform_gaps_follow_the_keys(make_scene: MakeScene) -> None:
    config = WeightingConfig(kind="uniform")
    first, later = (gap_of(make_scene(epoch=epoch), config, None) for epoch in (0, 1))
    assert not torch.equal(first, later)
    some = make_scene()
    part = replace(some, views=tuple(v[[7, 2]] for v in some.views), draw=some.draw.select([7, 2]))
    assert torch.equal(gap_of(part, config, None), first[:, [7, 2]])
    many = torch.cat([gap_of(make_scene(epoch=e), config, None)[0] for e in range(200)])
    assert abs(float(many.mean()) - 0.5) < 4 * math.sqrt(1 / 12 / len(many))


def test_too_small_views(make_scene: MakeScene, tiny_scorer: Scorer) -> None:
    for size, reading in ((15, "gap"), (31, "strength"), (31, "strength-between")):
        config = WeightingConfig(kind="score", reading=reading)  # type: ignore[arg-type]
        with pytest.raises(UsageError, match=f"views of {size} px") as caught:
            gap_of(make_scene(size=size), config, tiny_scorer)
        assert caught.value.code == "weighting_size"
    with pytest.raises(UsageError, match="needs a score model"):
        gaps(make_scene, None, kind="score")
