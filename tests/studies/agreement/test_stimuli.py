"""Stimuli against other libraries, closed forms and what their papers say of them."""

from __future__ import annotations

import colorsys
import math

import numpy as np
import pytest
import torch
from scipy import ndimage

from augscore.studies.agreement.stimuli import kadid, raid, tid
from augscore.studies.agreement.stimuli.filters import blurred, filtered, motion_kernel


def picture(height: int = 64, width: int = 80) -> torch.Tensor:
    """Smooth, with all colours and no pure ones."""
    noise = torch.randn(3, height, width, generator=chance())
    smooth = blurred(noise, 2.0)
    return (0.5 + 0.15 * smooth / smooth.std()).clamp(0.05, 0.95)


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(1)


@pytest.mark.parametrize("sd", [0.5, 1.0, 3.0])
def test_the_blur_is_scipys(sd: float) -> None:
    image = picture()
    wanted = ndimage.gaussian_filter(
        image.double().numpy(), (0, sd, sd), mode="nearest", radius=math.ceil(2 * sd)
    )
    assert np.abs(blurred(image, sd).numpy() - wanted).max() < 1e-5


@pytest.mark.parametrize("degrees", [0.0, 90.0])
def test_motion_along_an_axis_is_a_mean_over_a_line(degrees: float) -> None:
    image = picture()
    axis = 2 if degrees == 0 else 1
    along = ndimage.uniform_filter1d(image.double().numpy(), 5, axis=axis, mode="nearest")
    moved = filtered(image, motion_kernel(5, degrees)).numpy()
    assert np.abs(moved - along).max() < 1e-5


def test_saturation_is_that_of_hsv() -> None:
    image = picture(6, 7)
    made = kadid.color_saturation_1(image, 0.2, chance())
    for y in range(6):
        for x in range(7):
            h, s, v = colorsys.rgb_to_hsv(*image[:, y, x].tolist())
            wanted = colorsys.hsv_to_rgb(h, 0.2 * s, v)
            assert made[:, y, x].tolist() == pytest.approx(wanted, abs=1e-6)


def test_brightening_lifts_the_middle_by_half_the_amount() -> None:
    grey = torch.full((3, 8, 8), 0.5)
    made = kadid.brighten(grey, 0.2, chance())
    lightness = 116 * ((0.5 + 0.055) / 1.055) ** (2.4 / 3) - 16
    lifted = lightness / 100 + 0.4 * lightness / 100 * (1 - lightness / 100)
    luminance = ((100 * lifted + 16) / 116) ** 3
    by_lab = 1.055 * luminance ** (1 / 2.4) - 0.055
    assert made.mean().item() == pytest.approx((2 * 0.6 + by_lab) / 3, abs=2e-3)


def test_quantization_has_as_many_levels_and_reaches_both_ends() -> None:
    ramp = torch.linspace(0, 1, 300).view(1, 1, -1).expand(3, 4, -1)
    made = kadid.quantization(ramp, 7, chance())
    assert torch.unique(made).tolist() == pytest.approx([k / 6 for k in range(7)])


def test_no_jitter_moves_nothing_and_jitter_keeps_the_mean() -> None:
    image = picture()
    assert torch.allclose(kadid.jitter(image, 0.0, chance()), image, atol=1e-5)
    moved = kadid.jitter(image, 0.5, chance())
    assert (moved - image).abs().mean() > 0.005
    assert moved.mean() == pytest.approx(image.mean().item(), abs=5e-3)


@pytest.mark.parametrize("kind", kadid.KINDS, ids=lambda kind: kind.name)
def test_each_kind_of_kadid_repeats_itself_and_changes_pictures(kind: kadid.Kind) -> None:
    image = picture(128, 160)
    once = kind.distort(image, kind.strengths[-1], chance())
    assert once.shape == image.shape
    assert torch.equal(once, kind.distort(image, kind.strengths[-1], chance()))
    assert torch.equal(image, picture(128, 160)), "the input was changed"
    assert (once.clamp(0, 1) - image).abs().mean() > 1e-3


@pytest.mark.parametrize("kind", tid.KINDS, ids=lambda kind: kind.name)
def test_tids_kinds_are_brought_to_their_psnr(kind: tid.Kind) -> None:
    image = picture(96, 128)
    noise = torch.randn(image.shape, generator=chance())
    made = tid.brought_to(kind, image, noise, 27.0)
    error = float((made - image).square().mean())
    strongest = float((kind.distort(image, noise, 1.0).clamp(0, 1) - image).square().mean())
    wanted = min(10**-2.7, strongest)
    slack = 0.5 if "quantization" in kind.name else 0.06
    assert error == pytest.approx(wanted, rel=slack)


def wave(
    height: int, width: int, degrees: float, zoom: float, centre: tuple[float, float]
) -> torch.Tensor:
    """A plane wave as it looks when turned and enlarged about (x, y)."""
    y, x = torch.meshgrid(
        torch.arange(height).double(), torch.arange(width).double(), indexing="ij"
    )
    x, y = x - centre[0], y - centre[1]
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    phase = (0.11 * (cos * x - sin * y) + 0.05 * (sin * x + cos * y)) / zoom
    return (0.5 + 0.3 * torch.sin(phase)).float().expand(3, -1, -1)


@pytest.mark.parametrize(
    ("kind", "degrees", "zoom"), [("rotation", 18.0, 1.0), ("scale", 0.0, 1.09)]
)
def test_raid_turns_and_enlarges_about_the_middle(kind: str, degrees: float, zoom: float) -> None:
    corner = (40, 20)
    centre = (corner[0] + (raid.SIDE - 1) / 2, corner[1] + (raid.SIDE - 1) / 2)
    plane = wave(512, 768, 0.0, 1.0, centre)
    made = raid.stimuli(plane, corner, torch.zeros(3, raid.SIDE, raid.SIDE))[kind, 10]
    wanted = wave(raid.SIDE, raid.SIDE, degrees, zoom, ((raid.SIDE - 1) / 2, (raid.SIDE - 1) / 2))
    middle = slice(raid.SIDE // 2 - 100, raid.SIDE // 2 + 100)
    assert (made - wanted)[:, middle, middle].abs().max() < 0.01


def test_raids_window_hides_the_corners_and_shows_the_middle() -> None:
    plane = wave(512, 768, 0.0, 1.0, (300.0, 250.0))
    shown = raid.untouched(plane, (40, 20))
    assert torch.equal(shown[:, 227, 227], (plane[:, 247, 267] * 255).round() / 255)
    assert (shown[:, 0, 0] * 255).tolist() == [121, 109, 90]


def test_raids_noise_has_the_variance_that_its_level_says() -> None:
    grey = torch.full((3, 512, 768), 0.5)
    noise = torch.randn(3, raid.SIDE, raid.SIDE, generator=chance())
    made = raid.stimuli(grey, (100, 20), noise)["gaussian_noise", 10]
    middle = slice(177, 277)
    assert made[:, middle, middle].var().item() == pytest.approx(0.0079, rel=0.05)
