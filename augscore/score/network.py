"""The plain convolutional network. It knows nothing of noise but one conditioning number an image.

A small U-Net on 2 × 2 pixel-unshuffled input: no normalisation layers, so that an image's result
depends on that image alone and global contrast stays readable in the activations.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

FREQUENCIES = 16


@dataclass(frozen=True)
class Architecture:
    """Channels at 1/2, 1/4 and 1/8 of the input side; residual blocks down; conditioning width."""

    widths: tuple[int, ...] = (32, 64, 96)
    blocks: int = 2
    conditioning: int = 64

    @property
    def side_multiple(self) -> int:
        """Input sides must be multiples of this, px."""
        return int(2 ** len(self.widths))


class ResidualBlock(nn.Module):
    """x + conv(silu(scale · conv(silu(x)) + shift)); starts as the identity."""

    def __init__(self, channels: int, conditioning: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.modulation = nn.Linear(conditioning, 2 * channels)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(_bias(self.second))

    def forward(self, x: torch.Tensor, condition: torch.Tensor) -> torch.Tensor:
        scale, shift = self.modulation(condition)[:, :, None, None].chunk(2, dim=1)
        h = self.first(F.silu(x))
        correction: torch.Tensor = self.second(F.silu(h * (1 + scale) + shift))
        return x + correction


class Network(nn.Module):
    """(B, 3, H, W) and one number an image → (B, 3, H, W)."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        self.architecture = architecture
        widths, conditioning = architecture.widths, architecture.conditioning
        self.embed = nn.Sequential(
            nn.Linear(2 * FREQUENCIES, conditioning),
            nn.SiLU(),
            nn.Linear(conditioning, conditioning),
            nn.SiLU(),
        )
        self.stem = nn.Conv2d(12, widths[0], 3, padding=1)
        self.encoder = nn.ModuleList(
            nn.ModuleList(ResidualBlock(w, conditioning) for _ in range(architecture.blocks))
            for w in widths
        )
        steps = list(itertools.pairwise(widths))
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 2, stride=2) for a, b in steps)
        self.ups = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in steps)
        self.decoder = nn.ModuleList(ResidualBlock(w, conditioning) for w in widths)
        self.head = nn.Conv2d(widths[0], 12, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(_bias(self.head))

    def forward(self, x: torch.Tensor, noise_level: torch.Tensor) -> torch.Tensor:
        """`noise_level` is (B,)."""
        return self.finished(self.activations(x, noise_level)[0])

    def finished(self, finest: torch.Tensor) -> torch.Tensor:
        """From the decoder's finest activations to the output."""
        return F.pixel_shuffle(self.head(F.silu(finest)), 2)

    def activations(self, x: torch.Tensor, noise_level: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The decoder's, from fine (1/2 of the side) to coarse."""
        condition = self.embed(_fourier(noise_level))  # (B, conditioning)
        h = self.stem(F.pixel_unshuffle(x, 2))
        skips: list[torch.Tensor] = []
        for level, blocks in enumerate(self.encoder):
            if level > 0:
                h = self.downs[level - 1](h)
            for block in blocks:  # type: ignore[attr-defined]
                h = block(h, condition)
            skips.append(h)
        h = self.decoder[-1](h, condition)
        decoded = [h]
        for level in reversed(range(len(self.ups))):
            h = skips[level] + F.interpolate(self.ups[level](h), scale_factor=2.0, mode="nearest")
            h = self.decoder[level](h, condition)
            decoded.insert(0, h)
        return tuple(decoded)


def _fourier(values: torch.Tensor) -> torch.Tensor:
    """(B,) → (B, 32): smooth features of a number between about −1.5 and 0.5."""
    octaves = torch.arange(FREQUENCIES, device=values.device, dtype=torch.float32)
    angles = values[:, None] * (math.pi / 4) * torch.pow(2.0, octaves / 4)
    return torch.cat([angles.cos(), angles.sin()], dim=1)


def _bias(convolution: nn.Conv2d) -> torch.Tensor:
    if convolution.bias is None:
        raise ValueError("a convolution without bias")
    return convolution.bias
