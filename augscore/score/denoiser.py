"""Preconditioning: from a plain network to a denoiser D(y, σ), its score and its activations.

Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models"
(arXiv 2206.00364), Table 1 and section 5, with the measured mean and standard deviation of the
training pixels in place of 0 and 0.5:

    D(y, σ) = μ + c_skip (y − μ) + c_out F(c_in (y − μ), ln σ / 4)
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from augscore.score.network import Network

MARGIN = 8


@dataclass(frozen=True)
class Scalings:
    """c_skip, c_out, c_in of shape (B, 1, 1, 1) and c_noise of shape (B,)."""

    skip: torch.Tensor
    out: torch.Tensor
    into: torch.Tensor
    noise: torch.Tensor


def scalings(sigma: torch.Tensor, sigma_data: float) -> Scalings:
    s = sigma[:, None, None, None]
    total = s.square() + sigma_data**2
    return Scalings(
        skip=sigma_data**2 / total,
        out=s * sigma_data / total.sqrt(),
        into=1 / total.sqrt(),
        noise=sigma.log() / 4,
    )


class Denoiser(nn.Module):
    """E[x | x + σ ε] of images (B, 3, H, W) in [0, 1], any size from 16 px; σ (B,) in that unit."""

    def __init__(self, network: Network, mean: float, sigma_data: float) -> None:
        super().__init__()
        self.network = network
        self.mean = mean
        self.sigma_data = sigma_data

    def forward(self, noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """D(y, σ) as it is trained: no padding, sides are multiples of the network's own."""
        c, centred = self._conditioned(noisy, sigma)
        return self._denoised(c, centred, self.network(c.into * centred, c.noise))

    def denoise(self, noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """D(y, σ) with reflected surroundings; any size."""
        height, width = noisy.shape[-2:]
        return _cut(self(self._surrounded(noisy), sigma), height, width, 1)

    def score(self, noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """∇ ln p_σ(y) = (D(y, σ) − y)/σ² (Tweedie; Vincent 2011), (B, 3, H, W)."""
        return (self.denoise(noisy, sigma) - noisy) / sigma[:, None, None, None].square()

    def looked(
        self, noisy: torch.Tensor, sigma: torch.Tensor, level: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """D(y, σ), and on the way to it the decoder's activations at one level (0: 1/2 of the side,
        1: 1/4, …), cut back to the image: (B, C, ~H/2^(level+1), ~W/2^(level+1))."""
        height, width = noisy.shape[-2:]
        c, centred = self._conditioned(self._surrounded(noisy), sigma)
        activations = self.network.activations(c.into * centred, c.noise)
        denoised = self._denoised(c, centred, self.network.finished(activations[0]))
        shrunk = _cut(activations[level], height, width, 2 ** (level + 1))
        return _cut(denoised, height, width, 1), shrunk

    def _conditioned(
        self, noisy: torch.Tensor, sigma: torch.Tensor
    ) -> tuple[Scalings, torch.Tensor]:
        c = scalings(sigma.to(torch.float32), self.sigma_data)
        return c, noisy.to(torch.float32) - self.mean

    def _denoised(
        self, c: Scalings, centred: torch.Tensor, correction: torch.Tensor
    ) -> torch.Tensor:
        denoised: torch.Tensor = self.mean + c.skip * centred + c.out * correction.to(torch.float32)
        return denoised

    def _surrounded(self, noisy: torch.Tensor) -> torch.Tensor:
        height, width = noisy.shape[-2:]
        multiple = self.network.architecture.side_multiple
        pads = (MARGIN, _far_margin(width, multiple), MARGIN, _far_margin(height, multiple))
        return F.pad(noisy, pads, mode="reflect")


def _far_margin(side: int, multiple: int) -> int:
    """At least MARGIN, and such that the padded side is a multiple."""
    return MARGIN + -(side + 2 * MARGIN) % multiple


def _cut(padded: torch.Tensor, height: int, width: int, shrink: int) -> torch.Tensor:
    top = MARGIN // shrink
    return padded[..., top : top + max(1, height // shrink), top : top + max(1, width // shrink)]
