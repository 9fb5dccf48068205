"""Brightness, contrast, saturation, hue and grey, in torchvision's float arithmetic."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import torch

from augscore.engine.ops.arguments import Range, Settings
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.record import Frame, LevelMap, Magnitude, Op, draw_ranges, per_image

Adjust = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

# ITU-R BT.601 luma, with the four digits that torchvision gives red.
GREY_WEIGHTS = (0.2989, 0.587, 0.114)

# `order` n is the n-th permutation of (0 brightness, 1 contrast, 2 saturation, 3 hue).
ORDERS = tuple(itertools.permutations(range(4)))


def adjust_brightness(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) times a factor per image, clamped to [0, 1]."""
    return images.mul(per_image(factors, images)).clamp_(0.0, 1.0)


def adjust_contrast(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) drawn away from, or to, the mean grey of each image, clamped to [0, 1]."""
    factor = per_image(factors, images)
    # Rows first: one reduction to a single number is split over the threads, and its last bits
    # would depend on how many images are in the batch.
    mean = _grey(images).mean(-1, keepdim=True).mean(-2, keepdim=True)
    return images.mul(factor).add_(mean * (1 - factor)).clamp_(0.0, 1.0)


def adjust_saturation(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) drawn away from, or to, its own grey, clamped to [0, 1]."""
    factor = per_image(factors, images)
    return images.mul(factor).add_(_grey(images).mul_(1 - factor)).clamp_(0.0, 1.0)


def adjust_hue(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with the hue circle turned by −0.5 to 0.5 turns; value and chroma are kept.

    A channel at angle c (in sixths of a turn) is max − chroma · clamp(|hue − c| − 1, 0, 1), so
    neither an HSV image nor a choice among six sectors is needed.
    """
    red, green, blue = _planes(images)
    top = torch.maximum(torch.maximum(red, green), blue)
    chroma = top - torch.minimum(torch.minimum(red, green), blue)
    hue = _hue_in_sixths(images, top, chroma).add_(per_image(turns, images) * 6)
    angles = torch.arange(0, 6, 2, dtype=images.dtype, device=images.device).view(1, 3, 1, 1)
    away = (hue - angles).abs_()
    # The way round the circle of 6: for 0 ≤ d ≤ 9, | |d − 3| − 3 | = min(d, |6 − d|).
    away.sub_(3).abs_().sub_(3).abs_()
    # No clamp at the end: chroma ≤ max in floating point too, so this stays in [0, max].
    return torch.sub(top, away.sub_(1).clamp_(0.0, 1.0).mul_(chroma))


def grayscale(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) with the luma of each pixel in all three channels."""
    return _grey(images).repeat(1, 3, 1, 1)


def jitter(
    images: torch.Tensor,
    brightness: torch.Tensor,
    contrast: torch.Tensor,
    saturation: torch.Tensor,
    hue: torch.Tensor,
    order: torch.Tensor,
) -> torch.Tensor:
    """(B, 3, H, W) through the four adjustments in each image's own `order`, 0 to 23."""
    factors = (brightness, contrast, saturation, hue)
    return _in_order(images, _TORCH_ADJUSTMENTS, factors, order)


def kornia_brightness(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """As `adjust_brightness`, by kornia."""
    import kornia.enhance as enhance

    result: torch.Tensor = enhance.adjust_brightness_accumulative(images, factors)
    return result


def kornia_contrast(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """As `adjust_contrast`, by kornia."""
    import kornia.enhance as enhance

    result: torch.Tensor = enhance.adjust_contrast_with_mean_subtraction(images, factors)
    return result


def kornia_saturation(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """As `adjust_saturation`, by kornia."""
    import kornia.enhance as enhance

    result: torch.Tensor = enhance.adjust_saturation_with_gray_subtraction(images, factors)
    return result


def kornia_hue(images: torch.Tensor, turns: torch.Tensor) -> torch.Tensor:
    """As `adjust_hue`, by kornia, whose unit is the radian."""
    import kornia.enhance as enhance

    result: torch.Tensor = enhance.adjust_hue(images, turns * (2 * math.pi))
    return result.clamp_(0.0, 1.0)


def kornia_grayscale(images: torch.Tensor) -> torch.Tensor:
    """As `grayscale`, by kornia."""
    import kornia.color as color

    weights = torch.tensor(GREY_WEIGHTS, dtype=images.dtype, device=images.device)
    result: torch.Tensor = color.rgb_to_grayscale(images, rgb_weights=weights)
    return result.repeat(1, 3, 1, 1)


def kornia_jitter(
    images: torch.Tensor,
    brightness: torch.Tensor,
    contrast: torch.Tensor,
    saturation: torch.Tensor,
    hue: torch.Tensor,
    order: torch.Tensor,
) -> torch.Tensor:
    """As `jitter`, by kornia's functions."""
    factors = (brightness, contrast, saturation, hue)
    return _in_order(images, _KORNIA_ADJUSTMENTS, factors, order)


_TORCH_ADJUSTMENTS: tuple[Adjust, ...] = (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    adjust_hue,
)
_KORNIA_ADJUSTMENTS: tuple[Adjust, ...] = (
    kornia_brightness,
    kornia_contrast,
    kornia_saturation,
    kornia_hue,
)
# Less chroma than this shows no hue; it keeps greys, whose numerator is 0, from dividing by 0.
_TINY = 1e-12
_NEUTRAL = (1.0, 1.0, 1.0, 0.0)


def _in_order(
    images: torch.Tensor,
    adjustments: tuple[Adjust, ...],
    factors: tuple[torch.Tensor, ...],
    order: torch.Tensor,
) -> torch.Tensor:
    """At each of four places: gather the images whose turn an adjustment is, adjust, put back."""
    places = [ORDERS[int(n)] for n in order.tolist()]
    changes = [
        [f != neutral for f in column.tolist()]
        for column, neutral in zip(factors, _NEUTRAL, strict=True)
    ]
    result = images.clone()
    for place, which in itertools.product(range(4), range(4)):
        rows = [i for i, turn in enumerate(places) if turn[place] == which and changes[which][i]]
        if len(rows) == len(places) > 0:
            result = adjustments[which](result, factors[which])
        elif rows:
            here = torch.tensor(rows)
            there = here.to(images.device, non_blocking=True)
            adjusted = adjustments[which](result.index_select(0, there), factors[which][here])
            result.index_copy_(0, there, adjusted)
    return result


def _planes(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return images[:, 0:1], images[:, 1:2], images[:, 2:3]


def _grey(images: torch.Tensor) -> torch.Tensor:
    red, green, blue = _planes(images)
    weight_red, weight_green, weight_blue = GREY_WEIGHTS
    return red.mul(weight_red).add_(green, alpha=weight_green).add_(blue, alpha=weight_blue)


def _hue_in_sixths(images: torch.Tensor, top: torch.Tensor, chroma: torch.Tensor) -> torch.Tensor:
    """(B, 1, H, W) hue in −1 to 5; 0 for grey pixels. Among equal channels red wins, then green."""
    red, green, blue = _planes(images)
    # Masks as numbers, written as such: torch.where on a noisy mask, and turning bools into floats,
    # each cost several passes on the CPU.
    is_red = torch.eq(red, top, out=torch.empty_like(top))
    not_red = 1 - is_red
    is_green = torch.eq(green, top, out=torch.empty_like(top)).mul_(not_red)
    is_blue = not_red.sub_(is_green)
    hue = (green - blue).mul_(is_red)
    hue.add_((blue - red).mul_(is_green)).add_((red - green).mul_(is_blue))
    hue.div_(chroma.clamp(min=_TINY))
    return hue.add_(is_green, alpha=2).add_(is_blue, alpha=4)


def _draw_jitter(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    names = ("brightness", "contrast", "saturation", "hue")
    factors = tuple(dice.between(name, *settings.span(name)) for name in names)
    order = (dice.uniforms("order")[:, 0] * len(ORDERS)).floor().to(torch.int64)
    return (*factors, order)


COLOR_JITTER = Op(
    name="ColorJitter",
    magnitudes=(
        Magnitude("brightness", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("contrast", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("saturation", "factor", 0.0, math.inf, neutral=1.0, signed=True),
        Magnitude("hue", "turns", -0.5, 0.5, neutral=0.0, signed=True),
        Magnitude("order", "permutation number, 0 to 23", 0, 23),
    ),
    arguments=(
        Range("brightness", 0.0, 0.0, math.inf, lone="about_one"),
        Range("contrast", 0.0, 0.0, math.inf, lone="about_one"),
        Range("saturation", 0.0, 0.0, math.inf, lone="about_one"),
        Range("hue", 0.0, -0.5, 0.5, lone="about_zero"),
    ),
    options=(),
    draw=_draw_jitter,
    source="torchvision v2 ColorJitter, on floats; clamped after each of the four",
    torch_function=jitter,
    kornia_function=kornia_jitter,
    bound=0.5,
    example=(("brightness", 0.8), ("contrast", 0.8), ("saturation", 0.8), ("hue", 0.2)),
)

BRIGHTNESS = Op(
    name="Brightness",
    magnitudes=(Magnitude("factor", "factor", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("factor", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("factor"),
    source="torchvision v2 adjust_brightness, on floats",
    torch_function=adjust_brightness,
    kornia_function=kornia_brightness,
    accelerator="kornia",
    bound=0.01,
    ladder="factor",
    example=(("factor", (0.4, 1.6)),),
    levels=(LevelMap("Brightness", "factor", 0.0, 0.9, True, "factor", about=1.0),),
)

CONTRAST = Op(
    name="Contrast",
    magnitudes=(Magnitude("factor", "factor", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("factor", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("factor"),
    source="torchvision v2 adjust_contrast, on floats",
    torch_function=adjust_contrast,
    kornia_function=kornia_contrast,
    bound=0.05,
    ladder="factor",
    example=(("factor", (0.3, 0.7)),),
    levels=(LevelMap("Contrast", "factor", 0.0, 0.9, True, "factor", about=1.0),),
)

SATURATION = Op(
    name="Saturation",
    magnitudes=(Magnitude("factor", "factor", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("factor", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("factor"),
    source="torchvision v2 adjust_saturation, on floats",
    torch_function=adjust_saturation,
    kornia_function=kornia_saturation,
    bound=0.05,
    ladder="factor",
    example=(("factor", (0.3, 0.7)),),
    levels=(LevelMap("Color", "factor", 0.0, 0.9, True, "factor", about=1.0),),
)

HUE = Op(
    name="Hue",
    magnitudes=(Magnitude("turns", "turns", -0.5, 0.5, neutral=0.0, signed=True),),
    arguments=(Range("turns", 0.0, -0.5, 0.5),),
    options=(),
    draw=draw_ranges("turns"),
    source="torchvision v2 adjust_hue, on floats",
    torch_function=adjust_hue,
    kornia_function=kornia_hue,
    bound=0.05,
    ladder="turns",
    example=(("turns", (-0.4, 0.4)),),
)

RANDOM_GRAYSCALE = Op(
    name="RandomGrayscale",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomGrayscale, on floats",
    torch_function=grayscale,
    kornia_function=kornia_grayscale,
    accelerator="kornia",
    bound=0.01,
    chance=0.1,
)
