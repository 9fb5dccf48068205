"""Pictures that an operation can be seen on: smooth parts, noise, greys and equal channels."""

from __future__ import annotations

import pytest
import torch


def make_pictures(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    """(count, 3, height, width) uint8, without any symmetry."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 5, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    noise = torch.rand(count, 3, height, width, generator=generator)
    pixels = (255 * (0.7 * smooth + 0.3 * noise)).round().to(torch.uint8)
    pixels[:, :, :4, :6] = pixels[:, :1, :4, :6]
    pixels[:, 1, 4:8, :6] = pixels[:, 2, 4:8, :6]
    pixels[:, :, 8:10, :6] = 0
    pixels[:, :, 8:10, 6:9] = 255
    return pixels


@pytest.fixture
def bytes40() -> torch.Tensor:
    """(6, 3, 40, 40) uint8."""
    return make_pictures(6, 40, 40)


@pytest.fixture
def floats40(bytes40: torch.Tensor) -> torch.Tensor:
    """(6, 3, 40, 40) float32 in [0, 1]."""
    return bytes40.to(torch.float32) / 255


@pytest.fixture
def mixed_sizes() -> list[torch.Tensor]:
    """Five uint8 images of different sizes."""
    sizes = [(40, 40), (50, 37), (33, 71), (90, 64), (48, 41)]
    return [make_pictures(1, *size, seed=i)[0] for i, size in enumerate(sizes)]
