"""Tone curves and sharpness against torchvision's float path and against PIL, in grey levels."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from PIL import Image, ImageOps

from augscore.benching.references import rand_augment
from augscore.benching.references.pillow import by_pillow
from augscore.engine.ops import histogram, sharpness, tone
from augscore.images.resize import to_float


def column(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), value, dtype=torch.float64)


def by_pil(pixels: torch.Tensor, change: Callable[[Image.Image], Image.Image]) -> torch.Tensor:
    """(B, 3, H, W) uint8 through PIL, as float32 in [0, 1]."""
    return to_float(torch.stack([by_pillow(change)(picture) for picture in pixels]))


def assert_levels(ours: torch.Tensor, theirs: torch.Tensor, mean: float, most: float) -> None:
    difference = (ours - theirs).abs() * 255
    assert difference.mean().item() <= mean
    assert difference.max().item() <= most


THRESHOLDS = [0.0, 0.3, 0.5, 178.5 / 255, 200 / 255, 1.0]


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_solarize(floats40: torch.Tensor, bytes40: torch.Tensor, threshold: float) -> None:
    ours = tone.solarize(floats40, column(threshold, floats40))
    assert torch.equal(ours, tv.solarize(floats40, threshold))
    theirs = by_pil(bytes40, lambda p: rand_augment.solarize(p, threshold))
    assert_levels(ours, theirs, 1e-5, 1e-4)


@pytest.mark.parametrize("bits", range(1, 9))
def test_posterize(floats40: torch.Tensor, bytes40: torch.Tensor, bits: int) -> None:
    ours = tone.posterize(floats40, torch.full((len(floats40),), bits))
    assert torch.equal(ours, by_pil(bytes40, lambda p: ImageOps.posterize(p, bits)))
    assert torch.equal(ours, tv.posterize(bytes40, bits).to(torch.float32) / 255)


def test_posterize_goes_by_the_nearest_level() -> None:
    between = torch.tensor([127.6, 127.4, 0.0]).view(1, 3, 1, 1) / 255
    ours = tone.posterize(between, torch.tensor([1])) * 255
    assert ours.flatten().tolist() == [128.0, 0.0, 0.0]


def test_no_bits_are_black(floats40: torch.Tensor) -> None:
    assert not tone.posterize(floats40, column(0, floats40)).any()


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.2])
def test_gamma(floats40: torch.Tensor, gamma: float) -> None:
    ours = tone.adjust_gamma(floats40, column(gamma, floats40))
    assert_levels(ours, tv.adjust_gamma(floats40, gamma), 1e-4, 1e-3)


def test_equalize(floats40: torch.Tensor, bytes40: torch.Tensor) -> None:
    ours = histogram.equalize(floats40)
    assert torch.equal(ours, by_pil(bytes40, ImageOps.equalize))
    between = floats40.clone()
    between[..., ::2] -= 0.4 / 255
    assert torch.equal(ours, histogram.equalize(between.clamp(min=0)))
    assert_levels(ours, tv.equalize(floats40), 1e-4, 1e-4)


def test_equalize_few_levels_and_few_pixels(bytes40: torch.Tensor) -> None:
    for some in (bytes40 // 64 * 64, bytes40 // 128 * 255, bytes40[..., :9, :9], bytes40 * 0 + 77):
        ours = histogram.equalize(some.to(torch.float32) / 255)
        assert torch.equal(ours, by_pil(some, ImageOps.equalize))


def test_autocontrast(floats40: torch.Tensor, bytes40: torch.Tensor) -> None:
    dull = floats40 * 0.5 + 0.2
    dull[0, 1] = 0.3
    assert torch.equal(histogram.autocontrast(dull), tv.autocontrast(dull))
    grey = (bytes40 // 2 + 40).clone()
    theirs = by_pil(grey, ImageOps.autocontrast)
    assert_levels(histogram.autocontrast(grey.to(torch.float32) / 255), theirs, 0.6, 1.0)


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.5, 3.0])
def test_sharpness(floats40: torch.Tensor, bytes40: torch.Tensor, factor: float) -> None:
    ours = sharpness.adjust_sharpness(floats40, column(factor, floats40))
    assert_levels(ours, tv.adjust_sharpness(floats40, factor), 1e-4, 1e-3)
    theirs = by_pil(bytes40, lambda p: rand_augment.sharpness(p, factor))
    # PIL rounds the smoothed image, and what it makes of it.
    assert_levels(ours, theirs, 0.7, 1.0 + 0.5 * abs(1 - factor))


def test_sharpness_leaves_the_border(floats40: torch.Tensor) -> None:
    ours = sharpness.adjust_sharpness(floats40, column(3.0, floats40))
    border = torch.ones(40, 40, dtype=torch.bool)
    border[1:-1, 1:-1] = False
    assert torch.equal(ours[..., border], floats40[..., border])
    for thin in (floats40[..., :2], floats40[..., :1, :]):
        assert torch.equal(sharpness.adjust_sharpness(thin, column(3.0, thin)), thin)
