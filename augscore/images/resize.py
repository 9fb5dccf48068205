"""The one resampler: antialiased bilinear, short side to `size`, centre crop.

uint8 stays uint8 until after the resize, as torchvision does it (PIL's own filter, ± 1 level).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

LONG_SIDE_CAP = 1024
UPSAMPLED = "upsampled"
"""The note of an image that was enlarged."""


def capped_size(width: int, height: int, limit: int = LONG_SIDE_CAP) -> tuple[int, int]:
    """(width, height) with the longer of them at most `limit` px, in the same proportion."""
    scale = min(1.0, limit / max(width, height, 1))
    return round(width * scale), round(height * scale)


def cap_long_side(pixels: torch.Tensor, limit: int = LONG_SIDE_CAP) -> torch.Tensor:
    """(3, H, W) with its long side at most `limit` px; smaller images come back as they are."""
    width, height = capped_size(pixels.shape[-1], pixels.shape[-2], limit)
    return resize(pixels, max(1, height), max(1, width))


def bring_to_size(pixels: torch.Tensor, size: int) -> torch.Tensor:
    """(..., 3, H, W) uint8 or float → float32 (..., 3, size, size) in [0, 1]."""
    height, width = pixels.shape[-2:]
    short_side = min(height, width)
    new_height = max(size, round(height * size / short_side))
    new_width = max(size, round(width * size / short_side))
    resized = to_float(resize(pixels, new_height, new_width))
    top, left = (new_height - size) // 2, (new_width - size) // 2
    return resized[..., top : top + size, left : left + size].contiguous()


def resize(pixels: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """(..., 3, H, W) → (..., 3, height, width), same dtype, antialiased bilinear."""
    if pixels.shape[-2:] == (height, width):
        return pixels
    batch = pixels if pixels.ndim == 4 else pixels[None]
    resized = antialiased(batch, height, width, "bilinear")
    return resized if pixels.ndim == 4 else resized[0]


def antialiased(batch: torch.Tensor, height: int, width: int, mode: str) -> torch.Tensor:
    """(B, 3, H, W) → (B, 3, height, width), same dtype, by `bilinear` or `bicubic`."""
    size = (height, width)
    # Only the CPU resizes uint8, and not to a single pixel; elsewhere the nearest level, as
    # torchvision takes it.
    if batch.dtype == torch.uint8 and (batch.device.type != "cpu" or size == (1, 1)):
        floats = F.interpolate(batch.to(torch.float32), size, mode=mode, antialias=True)
        return floats.round_().clamp_(0, 255).to(torch.uint8)
    return F.interpolate(batch, size, mode=mode, antialias=True)


def upsampled_note(pixels: torch.Tensor, size: int) -> tuple[str, ...]:
    """(`upsampled`,) where `bring_to_size` enlarges (3, H, W), else ()."""
    return (UPSAMPLED,) if min(pixels.shape[-2:]) < size else ()


def to_float(pixels: torch.Tensor) -> torch.Tensor:
    """uint8 0..255 or float in [0, 1] → float32 in [0, 1]."""
    if pixels.dtype == torch.uint8:
        return pixels.to(torch.float32).div_(255.0)
    return pixels.to(torch.float32)
