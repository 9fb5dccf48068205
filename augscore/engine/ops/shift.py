"""Shifts by whole pixels, along one axis, with one colour coming in."""

from __future__ import annotations

import math

import torch

from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill, filled
from augscore.engine.ops.record import Frame, Knob, LevelMap, Magnitude, Op, Sampler


def translate_x(images: torch.Tensor, pixels: torch.Tensor, fill: Fill = 0.0) -> torch.Tensor:
    """(B, 3, H, W) moved right by whole px, one number an image."""
    return _shifted(images, pixels, -1, fill)


def translate_y(images: torch.Tensor, pixels: torch.Tensor, fill: Fill = 0.0) -> torch.Tensor:
    """(B, 3, H, W) moved down by whole px, one number an image."""
    return _shifted(images, pixels, -2, fill)


def _shifted(images: torch.Tensor, pixels: torch.Tensor, dim: int, fill: Fill) -> torch.Tensor:
    side = images.shape[dim]
    height, width = images.shape[-2:]
    result = filled(images, height, width, fill)
    for row, distance in enumerate(pixels.tolist()):
        kept = max(0, side - abs(int(distance)))
        source = images[row].narrow(dim, min(max(-int(distance), 0), side - kept), kept)
        result[row].narrow(dim, min(max(int(distance), 0), side - kept), kept).copy_(source)
    return result


def _draw_along(side: str) -> Sampler:
    def draw(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
        """A fraction of the side, in whole px towards 0."""
        sides = frame.widths if side == "width" else frame.heights
        shares = dice.between("fraction", *settings.span("fraction"))
        return ((shares * sides).trunc().to(torch.int64),)

    return draw


# RandAugment's 150 px of 331, the size at which it was learnt.
_MOST = 150.0 / 331.0

TRANSLATE_X = Op(
    name="TranslateX",
    magnitudes=(
        Magnitude("pixels", "px, to the right", -math.inf, math.inf, neutral=0, signed=True),
    ),
    arguments=(Range("fraction", 0.0, -1.0, 1.0), FILL),
    options=("fill",),
    draw=_draw_along("width"),
    source="torchvision v2 RandAugment's TranslateX",
    torch_function=translate_x,
    ladder="pixels",
    example=(("fraction", (0.1, 0.4)),),
    levels=(
        LevelMap("TranslateX", "fraction", 0.0, _MOST, True, "pixels", "width", "to_zero"),
        LevelMap("TranslateX", "pixels", 0.0, 32.0, True, "pixels", rounding="to_zero"),
    ),
    knobs=(Knob("fraction", "of the width", 0.0),),
)

TRANSLATE_Y = Op(
    name="TranslateY",
    magnitudes=(Magnitude("pixels", "px, downwards", -math.inf, math.inf, neutral=0, signed=True),),
    arguments=(Range("fraction", 0.0, -1.0, 1.0), FILL),
    options=("fill",),
    draw=_draw_along("height"),
    source="torchvision v2 RandAugment's TranslateY",
    torch_function=translate_y,
    ladder="pixels",
    example=(("fraction", (0.1, 0.4)),),
    levels=(
        LevelMap("TranslateY", "fraction", 0.0, _MOST, True, "pixels", "height", "to_zero"),
        LevelMap("TranslateY", "pixels", 0.0, 32.0, True, "pixels", rounding="to_zero"),
    ),
    knobs=(Knob("fraction", "of the height", 0.0),),
)
