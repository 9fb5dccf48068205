"""Kernels and the filter that stimuli are blurred by."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F


def motion_kernel(length: int, degrees: float) -> torch.Tensor:
    """`length` points a pixel apart on a line through the centre, drawn bilinearly; sum 1."""
    half = (length - 1) / 2
    reach = math.ceil(half) + 1
    along = torch.arange(length, dtype=torch.float64) - half
    x = along * math.cos(math.radians(degrees)) + reach
    y = along * math.sin(math.radians(degrees)) + reach
    kernel = torch.zeros(2 * reach + 1, 2 * reach + 1, dtype=torch.float64)
    left, top = x.floor().long(), y.floor().long()
    right_share, low_share = x - left, y - top
    for down in (0, 1):
        for right in (0, 1):
            share = (low_share if down else 1 - low_share) * (
                right_share if right else 1 - right_share
            )
            rows = (top + down).clamp(max=2 * reach)
            columns = (left + right).clamp(max=2 * reach)
            kernel.index_put_((rows, columns), share, accumulate=True)
    return (kernel / kernel.sum()).to(torch.float32)


def filtered(planes: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """(C, H, W) → the same shape; the border repeats."""
    down, right = kernel.shape[0] // 2, kernel.shape[1] // 2
    padded = F.pad(planes[:, None], (right, right, down, down), mode="replicate")
    return F.conv2d(padded, kernel[None, None])[:, 0]


def blurred(planes: torch.Tensor, sd: float, reach: int | None = None) -> torch.Tensor:
    """Gaussian, cut at `reach` px; None: at two standard deviations, as the judges cut it."""
    reach = math.ceil(2 * sd) if reach is None else reach
    at = torch.arange(-reach, reach + 1, dtype=torch.float64)
    row = torch.exp(-at.square() / (2 * sd * sd))
    row = (row / row.sum()).to(torch.float32)
    return filtered(filtered(planes, row[None, :]), row[:, None])
