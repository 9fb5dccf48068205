"""Sharpening, and softening, against a 3 × 3 average."""

from __future__ import annotations

import math

import torch

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Knob, LevelMap, Magnitude, Op, draw_ranges, per_image


def adjust_sharpness(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) drawn away from (factor > 1), or to (< 1), its smoothed self, clamped.

    The smoothed image is PIL's: weights 1 of 13, and 5 for the centre. The outermost pixels have
    no full neighbourhood and stay.
    """
    result = images.clone(memory_format=torch.contiguous_format)
    inside = result[..., 1:-1, 1:-1]
    away = _smoothed(images).sub_(inside).mul_(1 - per_image(factors, images))
    inside.add_(away).clamp_(0.0, 1.0)
    return result


def kornia_sharpness(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """As `adjust_sharpness`, by kornia."""
    import kornia.enhance as enhance

    factor = factors.to(images.device, images.dtype, non_blocking=True)
    result: torch.Tensor = enhance.sharpness(images, factor)
    return result.clamp_(0.0, 1.0)


def _smoothed(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H − 2, W − 2): (the sum of the 3 × 3 block + 4 times its centre) / 13."""
    rows = images[..., :-2, :] + images[..., 1:-1, :]
    rows.add_(images[..., 2:, :])
    block = rows[..., :-2] + rows[..., 1:-1]
    return block.add_(rows[..., 2:]).add_(images[..., 1:-1, 1:-1], alpha=4).div_(13)


RANDOM_ADJUST_SHARPNESS = Op(
    name="RandomAdjustSharpness",
    magnitudes=(Magnitude("sharpness_factor", "factor", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("sharpness_factor", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("sharpness_factor"),
    source="torchvision v2 RandomAdjustSharpness, on floats",
    torch_function=adjust_sharpness,
    kornia_function=kornia_sharpness,
    bound=0.01,
    ladder="sharpness_factor",
    example=(("sharpness_factor", (1.5, 3.0)),),
    chance=0.5,
    levels=(
        LevelMap("Sharpness", "sharpness_factor", 0.0, 0.9, True, "sharpness_factor", about=1.0),
    ),
    knobs=(Knob("sharpness_factor", "factor", 1.0),),
)
