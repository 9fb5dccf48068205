"""Images to work on, made here so that no files are needed."""

from __future__ import annotations

import torch
import torch.nn.functional as F


def smooth_pictures(count: int, side: int) -> torch.Tensor:
    """(count, 3, side, side) uint8, smooth enough to look like photographs to a filter."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand((count, 3, 16, 16), generator=generator)
    smooth = F.interpolate(coarse, (side, side), mode="bicubic")
    return (smooth.clamp(0, 1) * 255).to(torch.uint8)


def telling_pictures(count: int, side: int, seed: int = 0) -> torch.Tensor:
    """(count, 3, side, side) uint8 without any symmetry: smooth parts, noise, greys, and channels
    that are equal in pairs; black and white too, but for every second one, which is dull. `side`
    is 16 or more."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 5, generator=generator)
    smooth = F.interpolate(coarse, (side, side), mode="bilinear")
    noise = torch.rand(count, 3, side, side, generator=generator)
    pixels = (255 * (0.7 * smooth + 0.3 * noise)).round().to(torch.uint8)
    pixels[:, :, :4, :6] = pixels[:, :1, :4, :6]
    pixels[:, 1, 4:8, :6] = pixels[:, 2, 4:8, :6]
    pixels[:, :, 8:10, :6] = 0
    pixels[:, :, 8:10, 6:9] = 255
    pixels[1::2] = pixels[1::2] // 2 + 40
    return pixels
