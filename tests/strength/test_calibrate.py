"""Calibration: measured from clean images, stored as JSON, read back as the same instrument."""

from __future__ import annotations

import copy
import json
from typing import Any

import numpy as np
import pytest
import torch

from augscore.errors import ModelError
from augscore.runtime import Progress
from augscore.score.crops import DrawnCrops
from augscore.score.denoiser import Denoiser
from augscore.strength import calibrate as calibrate_module
from augscore.strength import sight
from augscore.strength.calibrate import NOISE_SDS, calibrate, ladder_sizes, noisy
from augscore.strength.calibration import Calibration, calibration_from_json
from augscore.strength.readings import describe, strength
from augscore.strength.scorer import Scorer
from augscore.strength.sight import look

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    coarse = torch.rand(15, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.interpolate(coarse, (64, 64), mode="bicubic").clamp(0, 1)
    return (smooth * 255).round().to(torch.uint8)


def drawn(pixels: torch.Tensor) -> DrawnCrops:
    """Two crops an image, but for the last."""
    return DrawnCrops(pixels, tuple(i // 2 for i in range(len(pixels))))


@pytest.fixture(scope="module")
def network(tiny_scorer: Scorer) -> Denoiser:
    return tiny_scorer.model.denoiser


@pytest.fixture(scope="module")
def events() -> list[Progress]:
    return []


@pytest.fixture(scope="module")
def calibration(network: Denoiser, clean: torch.Tensor, events: list[Progress]) -> Calibration:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sight, "_CHUNK_PIXELS_CPU", 8 * 48 * 48)
        return calibrate(network, drawn(clean), 64, events.append)


def test_standards_are_the_mean_and_sd_of_each_channel(
    calibration: Calibration, network: Denoiser, clean: torch.Tensor
) -> None:
    sight = look(network, clean.to(torch.float32) / 255, calibration.lens)
    s = calibration.standards
    for channels, mean, sd in (
        (sight.features, s.feature_mean, s.feature_sd),
        (sight.errors, s.error_mean, s.error_sd),
    ):
        for c in range(channels.shape[1]):
            values = channels[:, c].double().numpy()
            assert float(mean[c]) == pytest.approx(float(values.mean()), rel=1e-3, abs=1e-4)
            assert float(sd[c]) == pytest.approx(float(values.std()), rel=1e-3, abs=1e-5)


def test_two_unrelated_clean_images_read_about_1(
    calibration: Calibration, network: Denoiser, clean: torch.Tensor
) -> None:
    described = describe(
        look(network, clean.to(torch.float32) / 255, calibration.lens), calibration.standards
    )
    others = [(i + 1) % 15 for i in range(15)]
    found = strength(described, described[others], calibration.standards)
    assert float(found.median()) == pytest.approx(1, abs=0.25)


def test_ladders_are_the_median_strength_of_noisy_images(
    calibration: Calibration, network: Denoiser, clean: torch.Tensor
) -> None:
    ladder = calibration.ladders[0]
    assert ladder.noise_sds == NOISE_SDS
    assert list(ladder.strengths) == sorted(ladder.strengths)
    originals = clean.to(torch.float32) / 255
    reference = describe(look(network, originals, calibration.lens), calibration.standards)
    for rung in (6, 11):
        seen = look(network, noisy(originals, NOISE_SDS[rung]), calibration.lens)
        found = strength(
            reference, describe(seen, calibration.standards), calibration.standards
        ).median()
        assert ladder.strengths[rung] == pytest.approx(float(found), rel=1e-5)


def test_there_is_a_ladder_for_half_the_size_and_a_floor_on_each(calibration: Calibration) -> None:
    assert [ladder.size for ladder in calibration.ladders] == [64, 32]
    assert all(0 < ladder.floor < ladder.strengths[-1] for ladder in calibration.ladders)
    assert (calibration.crops, calibration.images) == (15, 8)


def test_each_rung_has_an_interval_around_it(calibration: Calibration) -> None:
    for ladder in calibration.ladders:
        rungs = list(zip(ladder.lows, ladder.strengths, ladder.highs, strict=True))
        assert all(low <= strength <= high for low, strength, high in rungs)
        assert any(low < high for low, _, high in rungs)


def test_sizes_go_down_to_32_px() -> None:
    assert ladder_sizes(224) == (224, 112, 56, 32)
    assert ladder_sizes(64) == (64, 32)
    assert ladder_sizes(63) == (63, 32)
    assert ladder_sizes(32) == (32,)


def test_ladders_meet_the_sizes_between_them(calibration: Calibration) -> None:
    large, small = calibration.ladders
    for side, ladder in ((8, small), (32, small), (64, large), (500, large)):
        assert calibration.ladder_for(side) == ladder
    middle = calibration.ladder_for(45)
    assert middle.size == 45
    ends = zip(small.strengths, middle.strengths, large.strengths, strict=True)
    assert all(min(a, c) <= b <= max(a, c) for a, b, c in ends)


def test_distances_of_the_clean_images_are_kept_sorted(calibration: Calibration) -> None:
    assert len(calibration.clean_norms.distances) == 15
    assert list(calibration.clean_norms.distances) == sorted(calibration.clean_norms.distances)


def test_noise_is_clipped_rounded_to_8_bits_and_its_own_for_each_image() -> None:
    images = torch.full((2, 3, 64, 64), 0.5)
    changed = noisy(images, 0.1)
    levels = changed * 255
    torch.testing.assert_close(levels, levels.round(), atol=1e-3, rtol=0)
    assert not torch.equal(changed[0], changed[1])
    assert torch.equal(noisy(images[:1], 0.1), changed[:1])
    assert float((changed - images).std()) == pytest.approx(0.1, rel=0.02)
    assert float(noisy(images, 5.0).max()) <= 1
    assert float(noisy(images, 5.0).min()) >= 0


def test_progress_reaches_its_total(calibration: Calibration, events: list[Progress]) -> None:
    assert events[-1].done == events[-1].total
    assert [e.done for e in events] == sorted(e.done for e in events)


def test_a_round_trip_through_json_gives_the_same_readings(
    calibration: Calibration,
) -> None:
    block = json.loads(json.dumps(calibration.to_json(), allow_nan=False))
    again = calibration_from_json(block)
    assert again.lens == calibration.lens
    assert again.ladders == calibration.ladders
    assert again.clean_norms == calibration.clean_norms
    assert (again.crops, again.images) == (calibration.crops, calibration.images)
    for name in ("feature_mean", "feature_sd", "error_mean", "error_sd"):
        assert torch.equal(getattr(again.standards, name), getattr(calibration.standards, name))
    assert again.standards.unrelated == calibration.standards.unrelated
    assert json.dumps(again.to_json()) == json.dumps(calibration.to_json())


def test_the_same_images_give_the_same_calibration(
    network: Denoiser, clean: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate_module, "NOISE_SDS", (0.1, 0.3))
    again = calibrate(network, drawn(clean[:6]), 32, lambda event: None)
    assert calibrate(network, drawn(clean[:6]), 32, lambda e: None).to_json() == again.to_json()


def test_another_version_of_the_reading_is_refused(calibration: Calibration) -> None:
    block = calibration.to_json() | {"reading": "strength/999"}
    with pytest.raises(ModelError, match="strength/999") as caught:
        calibration_from_json(block)
    assert caught.value.code == "model_version"


@pytest.mark.parametrize(
    "path",
    [
        "lens",
        "lens.sigma",
        "standards",
        "standards.error_sd",
        "ladders",
        "clean_norms.mean",
        "images",
    ],
)
@pytest.mark.parametrize("change", ["drop", "text"])
def test_an_incomplete_calibration_is_refused(
    calibration: Calibration, path: str, change: str
) -> None:
    block: dict[str, Any] = copy.deepcopy(json.loads(json.dumps(calibration.to_json())))
    *parents, last = path.split(".")
    inner = block
    for parent in parents:
        inner = inner[parent]
    if change == "drop":
        del inner[last]
    else:
        inner[last] = "text"
    with pytest.raises(ModelError) as caught:
        calibration_from_json(block)
    assert caught.value.code == "model_mismatch"


def test_a_re_encoded_image_is_far_below_the_end_of_the_ladder(calibration: Calibration) -> None:
    assert np.isfinite(calibration.ladders[0].floor)
    assert calibration.ladders[0].floor < 0.5 * calibration.ladders[0].strengths[-1]
