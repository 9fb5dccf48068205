"""JPEG, motion blur and elastic fields against Pillow, shifted images and torchvision."""

from __future__ import annotations

import kornia.filters
import pytest
import torch
import torchvision.transforms.v2.functional as tv

from augscore import keys
from augscore.benching.references import filters, warps
from augscore.benching.references.pillow import by_pillow
from augscore.engine.ops import compression, elastic, motion


def column(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), value, dtype=torch.float64)


def test_jpeg_is_pillows_at_each_images_quality(bytes40: torch.Tensor) -> None:
    # Nearly half a level below: the codec gets the nearest level.
    images = ((bytes40[..., :33].to(torch.float32) - 0.4) / 255).clamp(min=0)
    qualities = [1, 10, 50, 75, 95, 100]
    ours = compression.jpeg(images, torch.tensor(qualities))
    for image, before, quality in zip(ours, bytes40[..., :33], qualities, strict=True):
        theirs = by_pillow(filters.jpeg)(before, quality)
        assert torch.equal((image * 255).round(), theirs.to(torch.float32))


@pytest.mark.parametrize(
    ("length", "degrees"), [(0.3, 10.0), (4.0, 0.0), (5.0, 90.0), (7.3, 30.0), (60.0, -50.0)]
)
def test_motion_blur_is_the_mean_along_a_line(
    floats40: torch.Tensor, length: float, degrees: float
) -> None:
    ours = motion.motion_blur(floats40, column(length, floats40), column(degrees, floats40))
    theirs = torch.stack([filters.motion_blur(image, length, degrees) for image in floats40])
    assert ((ours - theirs).abs() * 255).max().item() <= 0.01


@pytest.mark.parametrize("degrees", [0.0, 90.0])
def test_motion_blur_along_an_axis_is_kornias(floats40: torch.Tensor, degrees: float) -> None:
    ours = motion.motion_blur(floats40, column(6.0, floats40), column(degrees, floats40))
    theirs = kornia.filters.motion_blur(floats40, 7, degrees, 0.0, border_type="replicate")
    assert ((ours - theirs).abs() * 255).max().item() <= 0.01


def test_motion_is_counter_clockwise() -> None:
    dot = torch.zeros(1, 3, 9, 9)
    dot[..., 4, 4] = 1.0
    ours = motion.motion_blur(dot, column(4.0, dot), column(45.0, dot))[0, 0]
    assert ours[3, 5] == ours[5, 3] > 0.1
    assert ours[3, 3] == ours[5, 5] < 0.05


@pytest.mark.parametrize(("alpha", "sigma"), [(50.0, 5.0), (90.0, 2.5), (4.0, 0.0)])
def test_elastic(floats40: torch.Tensor, alpha: float, sigma: float) -> None:
    for images in (floats40, floats40[..., :31]):
        field_keys = torch.arange(len(images)) - 3
        columns = (column(alpha, images), column(sigma, images), field_keys)
        ours = elastic.elastic_transform(images, *columns)
        for image, before, key in zip(ours, images, field_keys.tolist(), strict=True):
            theirs = warps.elastic_transform(before, alpha, sigma, key)
            difference = (image - theirs).abs() * 255
            assert difference.mean().item() <= 0.01
            assert difference.max().item() <= 1.0


def test_an_elastic_field_is_torchvisions_blurred_noise(floats40: torch.Tensor) -> None:
    columns = (column(50.0, floats40), column(3.0, floats40), torch.arange(6))
    ours = elastic.displacements(floats40, *columns)
    noise = torch.stack([keys.uniform_field(key, (2, 40, 40)) for key in range(6)]) * 2 - 1
    theirs = tv.gaussian_blur(noise, [25, 25], [3.0, 3.0]) * 50 / 40 * 40 / 2
    assert torch.allclose(ours, theirs, atol=1e-3)
