"""Pictures that an operation can be seen on: smooth parts, noise, greys and equal channels."""

from __future__ import annotations

import pytest
import torch

from augscore.benching.pictures import telling_pictures


@pytest.fixture
def bytes40() -> torch.Tensor:
    """(6, 3, 40, 40) uint8."""
    return telling_pictures(6, 40, 40)


@pytest.fixture
def floats40(bytes40: torch.Tensor) -> torch.Tensor:
    """(6, 3, 40, 40) float32 in [0, 1]."""
    return bytes40.to(torch.float32) / 255


@pytest.fixture
def mixed_sizes() -> list[torch.Tensor]:
    """Five uint8 images of different sizes."""
    sizes = [(40, 40), (50, 37), (33, 71), (90, 64), (48, 41)]
    return [telling_pictures(1, *size, seed=i)[0] for i, size in enumerate(sizes)]
