"""A box of each image filled with one colour, or with noise: random erasing and cutout."""

from __future__ import annotations

import math

import torch

from augscore import keys
from augscore.engine.ops.arguments import Colour, Range, Settings, Whole
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import Fill, level_of
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op

ERASE_ATTEMPTS = 10


def erase(
    images: torch.Tensor,
    tops: torch.Tensor,
    lefts: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    value: Fill,
) -> torch.Tensor:
    """(B, 3, H, W) with a box of each image, in px, set to `value` in [0, 1]; none if empty."""
    result = images.clone(memory_format=torch.contiguous_format)
    level = level_of(value, images)
    boxes = torch.stack([tops, lefts, heights, widths], 1).to(torch.int64).tolist()
    for row, (top, left, height, width) in enumerate(boxes):
        result[row, :, top : top + height, left : left + width] = level
    return result


def random_erasing(
    images: torch.Tensor,
    tops: torch.Tensor,
    lefts: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    field_keys: torch.Tensor,
    value: Fill | str,
) -> torch.Tensor:
    """As `erase`; with `random` every pixel of the box has a standard normal number a channel, as
    in torchvision, clamped to [0, 1]: half of them are 0, a sixth 1. The field of an image is
    `keys.normals` of its own int64 key."""
    if not isinstance(value, str):
        return erase(images, tops, lefts, heights, widths, value)
    result = images.clone(memory_format=torch.contiguous_format)
    boxes = torch.stack([tops, lefts, heights, widths, field_keys], 1).to(torch.int64).tolist()
    for row, (top, left, height, width, key) in enumerate(boxes):
        noise = keys.normals(key, (3, height, width), images.device).clamp_(0.0, 1.0)
        result[row, :, top : top + height, left : left + width] = noise
    return result


def _draw_erasing(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    """torchvision's law: the first of ten random boxes smaller than the image, else no box."""
    attempts = range(ERASE_ATTEMPTS)
    low, high = settings.span("scale")
    shares = low + dice.uniforms(*(f"area.{n}" for n in attempts)) * (high - low)
    log_low, log_high = (math.log(end) for end in settings.span("ratio"))
    logs = log_low + dice.uniforms(*(f"ratio.{n}" for n in attempts)) * (log_high - log_low)
    areas, ratios = shares * (frame.heights * frame.widths)[:, None], logs.exp()
    heights, widths = (areas * ratios).sqrt().round(), (areas / ratios).sqrt().round()
    fits = (heights < frame.heights[:, None]) & (widths < frame.widths[:, None])
    first = fits.to(torch.int8).argmax(1, keepdim=True)
    height = heights.gather(1, first)[:, 0] * fits.any(1)
    width = widths.gather(1, first)[:, 0] * fits.any(1)
    places = dice.uniforms("top", "left")
    top = (places[:, 0] * (frame.heights - height + 1)).floor()
    left = (places[:, 1] * (frame.widths - width + 1)).floor()
    box = tuple(column.to(torch.int64) for column in (top, left, height, width))
    return (*box, dice.field_keys("key"))


def _draw_cutout(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    """A square about a random pixel, less what of it is outside."""
    half = settings.whole("length") // 2
    places = dice.uniforms("y", "x")
    y = (places[:, 0] * frame.heights).floor().to(torch.int64)
    x = (places[:, 1] * frame.widths).floor().to(torch.int64)
    top, left = (y - half).clamp(min=0), (x - half).clamp(min=0)
    bottom, right = torch.minimum(y + half, frame.heights), torch.minimum(x + half, frame.widths)
    return top, left, bottom - top, right - left


_BOX = (
    Magnitude("top", "px", 0, math.inf),
    Magnitude("left", "px", 0, math.inf),
    Magnitude("height", "px", 0, math.inf, neutral=0),
    Magnitude("width", "px", 0, math.inf),
)

RANDOM_ERASING = Op(
    name="RandomErasing",
    magnitudes=(*_BOX, Magnitude("key", "64-bit key of the noise", -(2**63), 2**63 - 1)),
    arguments=(
        Range("scale", (0.02, 0.33), 0.0, 1.0),
        Range("ratio", (0.3, 3.3), 0.01, 100.0),
        Colour("value", 0.0, words=("random",)),
    ),
    options=("value",),
    draw=_draw_erasing,
    source="torchvision v2 RandomErasing (Zhong et al. 2020, arXiv 1708.04896)",
    torch_function=random_erasing,
    chance=0.5,
    knobs=(Knob("scale", "share of the area", 0.0),),
)

CUTOUT = Op(
    name="Cutout",
    magnitudes=_BOX,
    arguments=(Whole("length", 16, 0, 4096), Colour("value", 0.0)),
    options=("value",),
    draw=_draw_cutout,
    source="DeVries and Taylor 2017, arXiv 1708.04552; uoguelph-mlrg/Cutout util/cutout.py",
    torch_function=erase,
    knobs=(Knob("length", "px", 0.0),),
)
