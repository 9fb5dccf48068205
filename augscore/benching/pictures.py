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


def telling_pictures(count: int, height: int, width: int, seed: int = 0) -> torch.Tensor:
    """(count, 3, height, width) uint8 that an operation can be seen on, without any symmetry:
    smooth parts, noise, greys, black and white, and channels that are equal in pairs. The sides
    are 16 px or more."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(count, 3, 5, 5, generator=generator)
    smooth = F.interpolate(coarse, (height, width), mode="bilinear")
    noise = torch.rand(count, 3, height, width, generator=generator)
    pixels = (255 * (0.7 * smooth + 0.3 * noise)).round().to(torch.uint8)
    pixels[:, :, :4, :6] = pixels[:, :1, :4, :6]
    pixels[:, 1, 4:8, :6] = pixels[:, 2, 4:8, :6]
    pixels[:, :, 8:10, :6] = 0
    pixels[:, :, 8:10, 6:9] = 255
    return pixels
