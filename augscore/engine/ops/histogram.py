"""Tone curves made from each channel's own values: equalize and autocontrast."""

from __future__ import annotations

import torch

from augscore.engine.ops.record import LevelMap, Op, draw_ranges


def equalize(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) at 8-bit levels, each channel's levels spread to equal shares, as PIL does."""
    levels = images.mul(255).round_().to(torch.int64).flatten(2)
    histogram = torch.zeros(*levels.shape[:2], 256, dtype=torch.int64, device=images.device)
    histogram.scatter_add_(2, levels, torch.ones_like(levels))
    curve = _equalizing(histogram).to(images.dtype).div_(255)
    return curve.gather(2, levels).view(images.shape)


def autocontrast(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with each channel stretched to reach from 0 to 1; a flat one stays."""
    low, high = images.amin((2, 3), keepdim=True), images.amax((2, 3), keepdim=True)
    is_flat = (low == high).to(images.dtype)
    return images.sub(low * (1 - is_flat)).div_(high - low + is_flat).clamp_(0.0, 1.0)


def kornia_equalize(images: torch.Tensor) -> torch.Tensor:
    """As `equalize`, by kornia."""
    import kornia.enhance as enhance

    result: torch.Tensor = enhance.equalize(images)
    return result


def _equalizing(histogram: torch.Tensor) -> torch.Tensor:
    """(B, 3, 256) int64 counts → the level that each level becomes, 0 to 255.

    PIL's rule: `step` is 1/255 of the pixels below the highest level; level k becomes the number
    of pixels below k in steps, rounded. Where that is less than a pixel, levels stay.
    """
    total = histogram.cumsum(2)
    last = histogram.gather(2, total.argmax(2, keepdim=True))
    step = (total[..., -1:] - last) // 255
    below = total - histogram
    curve = ((below + step // 2) // step.clamp(min=1)).clamp_(max=255)
    stays = torch.arange(256, device=histogram.device)
    return torch.where(step > 0, curve, stays)


RANDOM_EQUALIZE = Op(
    name="RandomEqualize",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="PIL ImageOps.equalize; torchvision v2 RandomEqualize",
    torch_function=equalize,
    kornia_function=kornia_equalize,
    bound=0.001,
    differentiable=False,
    chance=0.5,
    levels=(LevelMap("Equalize"),),
)

RANDOM_AUTOCONTRAST = Op(
    name="RandomAutocontrast",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomAutocontrast, on floats",
    torch_function=autocontrast,
    chance=0.5,
    levels=(LevelMap("AutoContrast"),),
)
