"""A trained, calibrated model behind a few methods: what strength must be, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import HostError, ModelError, TensorError, UsageError
from augscore.strength.model_path import model_path
from augscore.strength.scorer import Scorer, load_scorer

pytestmark = pytest.mark.usefixtures("small_chunks")


def test_identity_is_exactly_zero(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    zeros = torch.zeros(20)
    assert torch.equal(tiny_scorer.strength(images, images), zeros)
    assert torch.equal(tiny_scorer.strength(images, images.clone()), zeros)
    assert torch.equal(tiny_scorer.score_gap(images, images), zeros)
    levels = (images * 255).round().to(torch.uint8)
    assert torch.equal(tiny_scorer.strength(levels, levels.to(torch.float32) / 255), zeros)


def test_strength_is_symmetric_and_positive(
    tiny_scorer: Scorer, images: torch.Tensor, views: torch.Tensor
) -> None:
    there, back = tiny_scorer.strength(images, views), tiny_scorer.strength(views, images)
    assert torch.equal(there, back)
    assert float(there.min()) > 0
    assert there.dtype == torch.float32


def test_no_number_depends_on_the_batch(
    tiny_scorer: Scorer, images: torch.Tensor, views: torch.Tensor
) -> None:
    strength, gap = tiny_scorer.strength(images, views), tiny_scorer.score_gap(images, views)
    norms, typicality = tiny_scorer.score_norm(views), tiny_scorer.typicality(views)
    for count in (1, 2, 3, 5, 8, 13, 19):
        rows = torch.randperm(20)[:count]
        assert torch.equal(tiny_scorer.strength(images[rows], views[rows]), strength[rows])
        assert torch.equal(tiny_scorer.score_gap(images[rows], views[rows]), gap[rows])
        assert torch.equal(tiny_scorer.score_norm(views[rows]), norms[rows])
        assert torch.equal(tiny_scorer.typicality(views[rows]), typicality[rows])


def test_a_strange_neighbour_changes_nothing(
    tiny_scorer: Scorer, images: torch.Tensor, views: torch.Tensor
) -> None:
    strength = tiny_scorer.strength(images, views)
    images, views = images.clone(), views.clone()
    images[3], views[3] = 0.0, torch.rand(3, 48, 48)
    others = [i for i in range(20) if i != 3]
    assert torch.equal(tiny_scorer.strength(images, views)[others], strength[others])


def test_constant_images_have_finite_readings(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    for value in (0.0, 0.5, 1.0):
        flat = torch.full_like(images, value)
        for reading in (
            tiny_scorer.strength(flat, images),
            tiny_scorer.score_norm(flat),
            tiny_scorer.score_gap(flat, images),
            tiny_scorer.typicality(flat),
        ):
            assert bool(torch.isfinite(reading).all())


def test_more_noise_is_stronger_and_raises_the_score(
    tiny_scorer: Scorer, images: torch.Tensor
) -> None:
    field = torch.randn_like(images)
    rungs = [(images + sd * field).clamp(0, 1) for sd in (0.02, 0.05, 0.1, 0.2)]
    medians = [float(tiny_scorer.strength(images, r).median()) for r in rungs]
    assert medians == sorted(medians)
    norms = [float(tiny_scorer.score_norm(r).mean()) for r in [images, *rungs]]
    assert norms == sorted(norms)


def test_score_gap_is_symmetric_and_the_same_for_flips(
    tiny_scorer: Scorer, images: torch.Tensor, views: torch.Tensor
) -> None:
    assert torch.equal(tiny_scorer.score_gap(images, views), tiny_scorer.score_gap(views, images))
    assert float(tiny_scorer.score_gap(images, views).min()) >= 0


def test_score_norm_has_a_column_a_sigma(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    whole = tiny_scorer.score_norm(images)
    assert whole.shape == (20, len(tiny_scorer.sigmas))
    for level, sigma in enumerate(tiny_scorer.sigmas):
        torch.testing.assert_close(tiny_scorer.score_norm(images, sigma)[:, 0], whole[:, level])
    pair = tiny_scorer.score_norm(images, [tiny_scorer.sigmas[2], tiny_scorer.sigmas[0]])
    torch.testing.assert_close(pair, whole[:, [2, 0]])


@pytest.mark.parametrize("sigma", [0, 0.0, -0.1, math.nan, math.inf, [], [0.1, -1.0]])
def test_a_sigma_that_is_no_positive_number_is_refused(
    tiny_scorer: Scorer, images: torch.Tensor, sigma: float | list[float]
) -> None:
    with pytest.raises(UsageError, match="sigma"):
        tiny_scorer.score_norm(images, sigma)


def test_noise_sd_inverts_the_ladder_and_says_where_it_ends(tiny_scorer: Scorer) -> None:
    ladder = tiny_scorer.calibration.ladders[0]
    above = [
        (s, q) for s, q in zip(ladder.strengths, ladder.noise_sds, strict=True) if s > ladder.floor
    ]
    found = tiny_scorer.noise_sd(torch.tensor([s for s, _ in above], dtype=torch.float64))
    assert found.tolist() == pytest.approx([q for _, q in above], rel=1e-5)
    ends = tiny_scorer.noise_sd(torch.tensor([0.0, 1e6]))
    assert ends.tolist() == [0.0, math.inf]
    assert tiny_scorer.noise_sd(torch.empty(0)).shape == (0,)


def test_small_images_have_a_ladder_of_their_own(tiny_scorer: Scorer) -> None:
    calibration = tiny_scorer.calibration
    small = replace(calibration.ladders[0], size=32, noise_sds=(0.1, 0.2), strengths=(0.0, 9.0))
    both = replace(calibration, ladders=(calibration.ladders[0], small))
    scorer = replace(tiny_scorer, calibration=both)
    strength = torch.tensor([0.2])
    at_working_size = tiny_scorer.noise_sd(strength)
    assert torch.equal(scorer.noise_sd(strength), at_working_size)
    assert torch.equal(scorer.noise_sd(strength, size=300), at_working_size)
    expected = 0.1 * 2 ** (0.2 / 9)
    assert float(scorer.noise_sd(strength, size=32)) == pytest.approx(expected)
    assert float(scorer.noise_sd(strength, 32)) == pytest.approx(expected)
    for wrong in (-1, 0, 31):
        with pytest.raises(UsageError, match="32 px or more"):
            scorer.noise_sd(strength, size=wrong)


BAD: dict[str, tuple[torch.Tensor, str]] = {
    "channels last": (torch.rand(2, 48, 48, 3), "B, 3, H, W"),
    "one image": (torch.rand(3, 48, 48), "B, 3, H, W"),
    "grey": (torch.rand(2, 1, 48, 48), "B, 3, H, W"),
    "small": (torch.rand(2, 3, 31, 48), "32 px"),
    "int64": (torch.zeros(2, 3, 48, 48, dtype=torch.int64), "int64"),
    "bool": (torch.zeros(2, 3, 48, 48, dtype=torch.bool), "bool"),
    "0 to 255": (torch.full((2, 3, 48, 48), 200.0), "divide by 255"),
    "a little over 1": (torch.full((2, 3, 48, 48), 1.002), "divide by 255"),
    "below 0": (torch.full((2, 3, 48, 48), -0.01), "divide by 255"),
    "NaN": (torch.full((2, 3, 48, 48), math.nan), "sample 0"),
    "elsewhere": (torch.empty(2, 3, 48, 48, device="meta"), "meta"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_tensor_that_does_not_fit_is_refused_by_name(tiny_scorer: Scorer, name: str) -> None:
    bad, reason = BAD[name]
    for method in (tiny_scorer.score_norm, tiny_scorer.typicality, tiny_scorer.describe):
        with pytest.raises(TensorError, match=reason) as caught:
            method(bad)
        assert caught.value.code == "bad_tensor"
        assert "images" in str(caught.value)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, TypeError)


def test_the_first_sample_that_is_not_finite_is_named(tiny_scorer: Scorer) -> None:
    bad = torch.rand(5, 3, 48, 48)
    bad[3, 1, 4, 4], bad[4] = math.inf, math.nan
    with pytest.raises(TensorError, match="sample 3"):
        tiny_scorer.score_norm(bad)


def test_a_little_over_the_range_is_taken(tiny_scorer: Scorer) -> None:
    image = torch.rand(1, 3, 48, 48)
    image[0, 0, 0, :2] = torch.tensor([1.0009, -0.0009])
    assert tiny_scorer.score_norm(image).shape == (1, len(tiny_scorer.sigmas))


def test_shapes_of_a_pair_must_agree(tiny_scorer: Scorer) -> None:
    with pytest.raises(TensorError, match="differ in shape"):
        tiny_scorer.strength(torch.rand(2, 3, 48, 48), torch.rand(2, 3, 48, 49))


def test_an_empty_batch_gives_empty_results(tiny_scorer: Scorer) -> None:
    for empty in (torch.empty(0, 3, 48, 48), torch.empty(0, 3, 32, 32, dtype=torch.uint8)):
        assert tiny_scorer.score_norm(empty).shape == (0, len(tiny_scorer.sigmas))
        assert tiny_scorer.typicality(empty).shape == (0,)
        assert tiny_scorer.strength(empty, empty).shape == (0,)
        assert tiny_scorer.score_gap(empty, empty).shape == (0,)


def test_layout_precision_and_gradients_of_the_input_do_not_matter(
    tiny_scorer: Scorer, images: torch.Tensor
) -> None:
    wanted = tiny_scorer.score_norm(images)
    strided = images.permute(2, 3, 0, 1).contiguous().permute(2, 3, 0, 1)
    assert torch.equal(tiny_scorer.score_norm(strided), wanted)
    wide = torch.zeros(20, 3, 48, 96)
    wide[..., ::2] = images
    assert torch.equal(tiny_scorer.score_norm(wide[..., ::2]), wanted)
    leaf = images.clone().requires_grad_()
    assert torch.equal(tiny_scorer.score_norm(leaf), wanted)
    assert not tiny_scorer.strength(leaf, leaf).requires_grad
    half = tiny_scorer.score_norm(images.to(torch.bfloat16))
    assert half.dtype == torch.float32
    assert torch.equal(half, tiny_scorer.score_norm(images.to(torch.bfloat16).to(torch.float32)))


def test_the_input_is_left_as_it_was(tiny_scorer: Scorer, images: torch.Tensor) -> None:
    before, state = images.clone(), torch.random.get_rng_state()
    levels = (images * 255).to(torch.uint8)
    kept = levels.clone()
    tiny_scorer.strength(images, images)
    tiny_scorer.typicality(levels)
    assert torch.equal(images, before)
    assert torch.equal(levels, kept)
    assert torch.equal(torch.random.get_rng_state(), state)


def test_a_run_folder_and_its_file_are_the_same_model(tiny_run: Path) -> None:
    by_folder, by_file = load_scorer(tiny_run), load_scorer(str(tiny_run / "model.safetensors"))
    assert by_folder.model.sha256 == by_file.model.sha256


def test_missing_models_and_devices_are_named(tiny_run: Path, tmp_path: Path) -> None:
    for missing in ("nope", tmp_path, tmp_path / "no.safetensors"):
        with pytest.raises(ModelError, match="augscore model info") as caught:
            model_path(missing)
        assert caught.value.code == "model_missing"
    with pytest.raises(HostError) as absent:
        load_scorer(tiny_run, "cuda:9999")
    assert absent.value.code == "device_unavailable"
