"""Shifts by whole pixels, along one axis, with black coming in."""

from __future__ import annotations

import torch

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Magnitude, Op, draw_ranges


def translate_x(images: torch.Tensor, fractions: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) moved right by a fraction of the width, in whole px towards 0."""
    return _shifted(images, fractions, -1)


def translate_y(images: torch.Tensor, fractions: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) moved down by a fraction of the height, in whole px towards 0."""
    return _shifted(images, fractions, -2)


def _shifted(images: torch.Tensor, fractions: torch.Tensor, dim: int) -> torch.Tensor:
    side = images.shape[dim]
    result = torch.zeros_like(images, memory_format=torch.contiguous_format)
    for row, fraction in enumerate(fractions.tolist()):
        distance = int(fraction * side)
        kept = side - abs(distance)
        source = images[row].narrow(dim, max(-distance, 0), kept)
        result[row].narrow(dim, max(distance, 0), kept).copy_(source)
    return result


TRANSLATE_X = Op(
    name="TranslateX",
    magnitudes=(
        Magnitude("fraction", "widths, to the right", -1.0, 1.0, neutral=0.0, signed=True),
    ),
    arguments=(Range("fraction", 0.0, -1.0, 1.0),),
    options=(),
    draw=draw_ranges("fraction"),
    source="torchvision v2 RandAugment's TranslateX, fill 0",
    torch_function=translate_x,
    ladder="fraction",
    example=(("fraction", (0.1, 0.4)),),
)

TRANSLATE_Y = Op(
    name="TranslateY",
    magnitudes=(Magnitude("fraction", "heights, downwards", -1.0, 1.0, neutral=0.0, signed=True),),
    arguments=(Range("fraction", 0.0, -1.0, 1.0),),
    options=(),
    draw=draw_ranges("fraction"),
    source="torchvision v2 RandAugment's TranslateY, fill 0",
    torch_function=translate_y,
    ladder="fraction",
    example=(("fraction", (0.1, 0.4)),),
)
