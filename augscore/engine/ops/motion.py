"""Motion blur: the mean of an image along a line."""

from __future__ import annotations

import math
from collections import defaultdict

import torch
import torch.nn.functional as F

from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Knob, Magnitude, Op, draw_ranges


def motion_blur(images: torch.Tensor, lengths: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) as if moved by `lengths` px while it was taken; the outermost pixels go on.

    The direction is in degrees, counter-clockwise from the right. The image is averaged over
    places at most a px apart, from half a length before to half a length after, bilinearly.
    """
    result = torch.empty_like(images, memory_format=torch.contiguous_format)
    for row, (length, angle) in enumerate(zip(lengths.tolist(), degrees.tolist(), strict=True)):
        result[row] = _averaged(images[row : row + 1], _line(length, math.radians(angle)))[0]
    return result.clamp_(0.0, 1.0)


def _line(length: float, angle: float) -> dict[tuple[int, int], float]:
    """The weight of each whole shift (down, right), in px; they sum to 1."""
    steps = math.ceil(length)
    weights: dict[tuple[int, int], float] = defaultdict(float)
    for step in range(steps + 1):
        along = length * (step / steps - 0.5) if steps else 0.0
        x, y = along * math.cos(angle), -along * math.sin(angle)
        left, top = math.floor(x), math.floor(y)
        for right, down in ((0, 0), (0, 1), (1, 0), (1, 1)):
            share = (1 - abs(x - left - right)) * (1 - abs(y - top - down))
            weights[top + down, left + right] += share / (steps + 1)
    return {shift: weight for shift, weight in weights.items() if weight > 0}


def _averaged(image: torch.Tensor, weights: dict[tuple[int, int], float]) -> torch.Tensor:
    height, width = image.shape[-2:]
    reach = max(max(abs(down), abs(right)) for down, right in weights)
    wide = F.pad(image, (reach,) * 4, mode="replicate")
    result = torch.zeros_like(image, memory_format=torch.contiguous_format)
    for (down, right), weight in weights.items():
        moved = wide.narrow(-2, reach + down, height).narrow(-1, reach + right, width)
        result.add_(moved, alpha=weight)
    return result


MOTION_BLUR = Op(
    name="MotionBlur",
    magnitudes=(
        Magnitude("length", "px", 0.0, 1024.0, neutral=0.0),
        Magnitude("degrees", "degrees, counter-clockwise from the right", -360.0, 360.0),
    ),
    arguments=(
        Range("length", (2.0, 6.0), 0.0, 1024.0),
        Range("degrees", (0.0, 180.0), -360.0, 360.0),
    ),
    options=(),
    draw=draw_ranges("length", "degrees"),
    source="kornia motion_blur, direction 0; lengths are those of albumentations MotionBlur",
    torch_function=motion_blur,
    knobs=(Knob("length", "px", 0.0),),
)
