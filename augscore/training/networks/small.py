"""A small residual network for 32 px images on CPUs: 0.6 million parameters, 8.5 million
multiplications an image."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import nn

Norm = Callable[[int], nn.Module]

WIDTHS = (32, 64, 128, 256)
GROUPS = 8


def batch_norm(channels: int) -> nn.Module:
    return nn.BatchNorm2d(channels)


def group_norm(channels: int) -> nn.Module:
    """No statistics over the batch: a batch in parts gives what the whole batch gives."""
    return nn.GroupNorm(GROUPS, channels)


class Down(nn.Module):
    """(B, C, H, W) → (B, D, H/2, W/2): convolution of stride 2, norm, ReLU."""

    def __init__(self, channels: int, out: int, norm: Norm) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, stride=2, padding=1, bias=False)
        self.norm = norm(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(self.norm(self.conv(x)))


class Residual(nn.Module):
    """(B, C, H, W) → (B, C, H, W): relu(x + norm(conv(x)))."""

    def __init__(self, channels: int, norm: Norm) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = norm(channels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.relu(x + self.norm(self.conv(x)))


class SmallNet(nn.Module):
    """(B, 3, H, W) → (B, 256): halved four times, then the mean over places. Sides from 16 px."""

    feature_dim = WIDTHS[-1]

    def __init__(self, norm: Norm = batch_norm) -> None:
        super().__init__()
        first, second, third, last = WIDTHS
        self.stages = nn.Sequential(
            Down(3, first, norm),
            Down(first, second, norm),
            Residual(second, norm),
            Down(second, third, norm),
            Residual(third, norm),
            Down(third, last, norm),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        places: torch.Tensor = self.stages(images)
        return places.mean(dim=(2, 3))
