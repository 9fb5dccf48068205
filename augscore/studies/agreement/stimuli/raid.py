"""The stimuli of RAID (Daudén-Oliver et al., arXiv 2412.10211), made again from Kodak pictures.

A picture is rotated, enlarged or made noisy, and seen through a soft round window. Rotation of 2
degrees and enlargement of 1 % a level are inferred from the published ends of the ranges; noise
follows TID2013's variances.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
import torch.nn.functional as F

SIDE = 454
_CLEAR, _GONE = 165.0, 225.0
_NOISE_VARIANCE = 0.0079
_AROUND = (121 / 255, 109 / 255, 90 / 255)
LEVELS = range(2, 11)
"""Level 1 is the untouched picture."""
KINDS = ("rotation", "scale", "gaussian_noise")


def untouched(picture: torch.Tensor, corner: tuple[int, int]) -> torch.Tensor:
    """Picture (3, H, W) in [0, 1], left and top of its cut → (3, 454, 454), 8 bits."""
    return _through_window(_seen(picture, corner))


def stimuli(
    picture: torch.Tensor, corner: tuple[int, int], noise: torch.Tensor
) -> Mapping[tuple[str, int], torch.Tensor]:
    """(kind, level) → (3, 454, 454), 8 bits; `noise` is standard normal of that shape."""
    made = {}
    for level in LEVELS:
        step = level - 1
        made["rotation", level] = _seen(picture, corner, degrees=2.0 * step)
        made["scale", level] = _seen(picture, corner, zoom=1 + 0.01 * step)
        sd = math.sqrt(_NOISE_VARIANCE * step / 9)
        made["gaussian_noise", level] = (_seen(picture, corner) + sd * noise).clamp(0, 1)
    return {name: _through_window(image) for name, image in made.items()}


def _seen(
    picture: torch.Tensor, corner: tuple[int, int], degrees: float = 0.0, zoom: float = 1.0
) -> torch.Tensor:
    """The cut, with the picture turned and enlarged about its centre; its edge repeats."""
    left, top = corner
    height, width = picture.shape[-2:]
    at = torch.arange(SIDE, dtype=torch.float64) - (SIDE - 1) / 2
    y, x = torch.meshgrid(at, at, indexing="ij")
    cos, sin = math.cos(math.radians(degrees)) / zoom, math.sin(math.radians(degrees)) / zoom
    columns = cos * x - sin * y + (SIDE - 1) / 2 + left
    rows = sin * x + cos * y + (SIDE - 1) / 2 + top
    grid = torch.stack([2 * columns / (width - 1) - 1, 2 * rows / (height - 1) - 1], dim=-1)
    exact = degrees == 0 and zoom == 1
    sampled = F.grid_sample(
        picture[None],
        grid[None].to(picture.dtype),
        mode="nearest" if exact else "bicubic",
        padding_mode="border",
        align_corners=True,
    )[0]
    return sampled.clamp(0, 1)


def _through_window(image: torch.Tensor) -> torch.Tensor:
    at = torch.arange(SIDE, dtype=torch.float32) - (SIDE - 1) / 2
    radius = (at[:, None].square() + at[None, :].square()).sqrt()
    share = ((_GONE - radius) / (_GONE - _CLEAR)).clamp(0, 1) ** 1.5
    window = share * share * (3 - 2 * share)
    around = torch.tensor(_AROUND)[:, None, None]
    return ((window * image + (1 - window) * around) * 255).round() / 255
