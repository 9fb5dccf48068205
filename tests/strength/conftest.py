from __future__ import annotations

import pytest
import torch


@pytest.fixture(autouse=True)
def _same_random_images_each_time() -> None:
    torch.manual_seed(0)


@pytest.fixture
def images() -> torch.Tensor:
    """(20, 3, 48, 48) in [0, 1], smooth and different."""
    coarse = torch.rand(20, 3, 6, 6)
    return torch.nn.functional.interpolate(coarse, (48, 48), mode="bilinear")


@pytest.fixture
def views(images: torch.Tensor) -> torch.Tensor:
    """The same with noise from none to strong."""
    amounts = torch.linspace(0.01, 0.3, len(images))[:, None, None, None]
    return (images + amounts * torch.randn_like(images)).clamp(0, 1)
