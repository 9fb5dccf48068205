"""Small networks with weights that do something: those of a fresh network answer 0."""

from __future__ import annotations

import pytest
import torch

from augscore.score.denoiser import Denoiser
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture

TINY = Architecture(widths=(8, 8, 8), blocks=1, conditioning=8)


def shaken(architecture: Architecture = TINY, seed: int = 0) -> Denoiser:
    """A denoiser whose zero-initialised convolutions hold small random weights instead."""
    denoiser = new_denoiser(architecture, 0.45, 0.25, seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for p in denoiser.parameters():
            p.add_(0.1 * torch.randn(p.shape, generator=generator))
    return denoiser.eval().requires_grad_(False)


@pytest.fixture
def denoiser() -> Denoiser:
    return shaken()


@pytest.fixture
def fresh() -> Denoiser:
    """As training begins: the network itself answers 0."""
    return new_denoiser(TINY, 0.45, 0.25, 0).eval().requires_grad_(False)


@pytest.fixture(autouse=True)
def _same_random_images_each_time() -> None:
    torch.manual_seed(0)
