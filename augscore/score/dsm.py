"""Denoising score matching: the law of σ, the noisy input, the loss.

At a fixed σ the loss is Vincent's (2011) score-matching loss times a constant:
|D − x|² = σ⁴ |s − s_target|² with s = (D − y)/σ² and s_target = (x − y)/σ².
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class SigmaLaw:
    """ln σ ~ N(ln median, spread²), clipped to [lowest, highest]; pixels in [0, 1]."""

    median: float = 0.1
    spread: float = 1.1
    lowest: float = 0.005
    highest: float = 2.0

    def draw(self, count: int, generator: torch.Generator) -> torch.Tensor:
        z = torch.randn(count, generator=generator, device=generator.device)
        return (math.log(self.median) + self.spread * z).exp().clamp(self.lowest, self.highest)


def loss_weight(sigma: torch.Tensor, sigma_data: float) -> torch.Tensor:
    """1/c_out² = (σ² + σ_data²)/(σ σ_data)²: an untrained network's loss is 1 at every σ."""
    return (sigma.square() + sigma_data**2) / (sigma * sigma_data).square()


def loss(
    denoise: Denoise,
    clean: torch.Tensor,
    noise: torch.Tensor,
    sigma: torch.Tensor,
    sigma_data: float,
) -> torch.Tensor:
    """Weighted squared denoising error, (B,); `noise` is standard normal, `clean` in [0, 1]."""
    noisy = clean + sigma[:, None, None, None] * noise
    squared_error = (denoise(noisy, sigma) - clean).square().flatten(1).mean(dim=1)
    return loss_weight(sigma, sigma_data) * squared_error
