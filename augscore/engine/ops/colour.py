"""Brightness, contrast, saturation, hue and grey, each alone, in torchvision's float arithmetic."""

from __future__ import annotations

import math

import torch

from augscore.engine.native import library
from augscore.engine.ops.arguments import Range
from augscore.engine.ops.record import Knob, LevelMap, Magnitude, Op, draw_ranges, per_image

# ITU-R BT.601 luma, with the four digits that torchvision gives red.
GREY_WEIGHTS = (0.2989, 0.587, 0.114)
# In place of an adjustment in `adjust_rows`: none.
NOTHING = 4


def adjust_brightness(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) times a factor per image, clamped to [0, 1]."""
    return images.mul(per_image(factors, images)).clamp_(0.0, 1.0)


def adjust_contrast(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) drawn away from, or to, the mean grey of each image, clamped to [0, 1]."""
    factor = per_image(factors, images)
    return images.mul(factor).add_(mean_of(grey(images)) * (1 - factor)).clamp_(0.0, 1.0)


def adjust_saturation(images: torch.Tensor, factors: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) drawn away from, or to, its own grey, clamped to [0, 1]."""
    factor = per_image(factors, images)
    return images.mul(factor).add_(grey(images).mul_(1 - factor)).clamp_(0.0, 1.0)


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
    return grey(images).repeat(1, 3, 1, 1)


def adjust_rows(
    images: torch.Tensor, rows: torch.Tensor, kinds: torch.Tensor, factors: torch.Tensor
) -> None:
    """Up to four adjustments of some rows of (B, 3, H, W) in place, by a kernel.

    `kinds` and `factors` are (N, 4), on the CPU: at each place 0 brightness, 1 contrast,
    2 saturation, 3 hue, or `NOTHING`, and by how much.
    """
    if images.is_cuda:
        from augscore.engine.kernels import jitter

        jitter.jitter_rows(images, rows, kinds, factors)
    else:
        library.jitter_rows(images, rows, kinds, factors)


def brightness_rows(images: torch.Tensor, rows: torch.Tensor, factors: torch.Tensor) -> None:
    """As `adjust_brightness`, in place for some rows of a batch, by a kernel."""
    _one(images, rows, 0, factors)


def contrast_rows(images: torch.Tensor, rows: torch.Tensor, factors: torch.Tensor) -> None:
    """As `adjust_contrast`, in place for some rows of a batch, by a kernel."""
    _one(images, rows, 1, factors)


def saturation_rows(images: torch.Tensor, rows: torch.Tensor, factors: torch.Tensor) -> None:
    """As `adjust_saturation`, in place for some rows of a batch, by a kernel."""
    _one(images, rows, 2, factors)


def hue_rows(images: torch.Tensor, rows: torch.Tensor, turns: torch.Tensor) -> None:
    """As `adjust_hue`, in place for some rows of a batch, by a kernel."""
    _one(images, rows, 3, turns)


def grayscale_rows(images: torch.Tensor, rows: torch.Tensor) -> None:
    """As `grayscale`, in place for some rows of a batch, by a kernel."""
    from augscore.engine.kernels import pixels

    pixels.grey_rows(images, rows)


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


# Less chroma than this shows no hue; it keeps greys, whose numerator is 0, from dividing by 0.
_TINY = 1e-12


def _one(images: torch.Tensor, rows: torch.Tensor, kind: int, factors: torch.Tensor) -> None:
    kinds = torch.full((len(rows), 4), NOTHING)
    kinds[:, 0] = kind
    adjust_rows(images, rows, kinds, factors[:, None].expand(-1, 4))


def _planes(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    return images[:, 0:1], images[:, 1:2], images[:, 2:3]


def grey(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) → the luma of each pixel, (B, 1, H, W)."""
    red, green, blue = _planes(images)
    weight_red, weight_green, weight_blue = GREY_WEIGHTS
    return red.mul(weight_red).add_(green, alpha=weight_green).add_(blue, alpha=weight_blue)


def mean_of(planes: torch.Tensor) -> torch.Tensor:
    """(B, 1, H, W) → (B, 1, 1, 1)."""
    # Rows first: one reduction to a single number is split over the threads, and its last bits
    # would depend on how many images are in the batch.
    return planes.mean(-1, keepdim=True).mean(-2, keepdim=True)


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


BRIGHTNESS = Op(
    name="Brightness",
    magnitudes=(Magnitude("factor", "factor", 0.0, math.inf, neutral=1.0, signed=True),),
    arguments=(Range("factor", 1.0, 0.0, math.inf),),
    options=(),
    draw=draw_ranges("factor"),
    source="torchvision v2 adjust_brightness, on floats",
    torch_function=adjust_brightness,
    kornia_function=kornia_brightness,
    kernel=brightness_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.01,
    ladder="factor",
    example=(("factor", (0.4, 1.6)),),
    levels=(LevelMap("Brightness", "factor", 0.0, 0.9, True, "factor", about=1.0),),
    knobs=(Knob("factor", "factor", 1.0),),
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
    kernel=contrast_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.05,
    ladder="factor",
    example=(("factor", (0.3, 0.7)),),
    levels=(LevelMap("Contrast", "factor", 0.0, 0.9, True, "factor", about=1.0),),
    knobs=(Knob("factor", "factor", 1.0),),
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
    kernel=saturation_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.05,
    ladder="factor",
    example=(("factor", (0.3, 0.7)),),
    levels=(LevelMap("Color", "factor", 0.0, 0.9, True, "factor", about=1.0),),
    knobs=(Knob("factor", "factor", 1.0),),
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
    kernel=hue_rows,
    kernel_devices=("cuda", "cpu"),
    bound=0.05,
    ladder="turns",
    example=(("turns", (-0.4, 0.4)),),
    knobs=(Knob("turns", "turns", 0.0),),
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
    kernel=grayscale_rows,
    bound=0.01,
    chance=0.1,
)
