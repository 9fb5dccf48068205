"""Pixel RMS and 1 − SSIM against other implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from kornia.metrics import ssim

from augscore.strength.reference import one_minus_ssim, pixel_rms


def test_pixel_rms_is_the_root_of_the_mean_square(
    images: torch.Tensor, views: torch.Tensor
) -> None:
    differences = (images.double() - views.double()).numpy().reshape(20, -1)
    expected = [math.sqrt(np.mean(row**2)) for row in differences]
    assert pixel_rms(images, views).tolist() == pytest.approx(expected, rel=1e-5)
    assert torch.equal(pixel_rms(images, images), torch.zeros(20))
    assert pixel_rms(torch.zeros(1, 3, 8, 8), torch.ones(1, 3, 8, 8)).item() == 1


def test_ssim_agrees_with_kornia(images: torch.Tensor, views: torch.Tensor) -> None:
    theirs = ssim(images, views, 11, padding="valid").flatten(1).mean(dim=1)
    torch.testing.assert_close(one_minus_ssim(images, views), 1 - theirs, atol=2e-5, rtol=1e-4)


def test_ssim_of_one_window_is_the_formula_of_the_paper() -> None:
    a, b = torch.rand(1, 3, 11, 11), torch.rand(1, 3, 11, 11)
    offsets = np.arange(11) - 5
    weights = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * 1.5**2))
    weights /= weights.sum()
    values = []
    for c in range(3):
        x, y = a[0, c].double().numpy(), b[0, c].double().numpy()
        mx, my = (weights * x).sum(), (weights * y).sum()
        vx, vy = (weights * (x - mx) ** 2).sum(), (weights * (y - my) ** 2).sum()
        cov = (weights * (x - mx) * (y - my)).sum()
        values.append(
            (2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx**2 + my**2 + 1e-4) * (vx + vy + 9e-4))
        )
    assert one_minus_ssim(a, b).item() == pytest.approx(1 - np.mean(values), rel=1e-4)


def test_ssim_of_equal_images_is_exactly_1(images: torch.Tensor) -> None:
    assert torch.equal(one_minus_ssim(images, images), torch.zeros(20))
    flat = torch.full((1, 3, 32, 32), 0.3)
    assert one_minus_ssim(flat, flat).item() == 0


def test_ssim_is_symmetric_and_an_inverted_image_passes_1(
    images: torch.Tensor, views: torch.Tensor
) -> None:
    assert torch.equal(one_minus_ssim(images, views), one_minus_ssim(views, images))
    textured = torch.rand(1, 3, 32, 32)
    assert 1 < one_minus_ssim(textured, 1 - textured).item() <= 2
