"""Crops, flips and mirrored shifts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from augscore.engine.ops.arguments import Choice, Range, Settings, Whole
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill, filled
from augscore.engine.ops.record import Frame, Magnitude, Op, draw_ranges
from augscore.images.resize import antialiased, to_float

CROP_ATTEMPTS = 10


def resized_crop(
    images: Sequence[torch.Tensor],
    tops: torch.Tensor,
    lefts: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    interpolation: str,
    size: int,
) -> torch.Tensor:
    """(3, H, W) images, all uint8 or all float in [0, 1] → boxes (px) as (B, 3, size, size).

    Antialiased, `bilinear` or `bicubic`; uint8 is resized as uint8, as torchvision does, and a
    float result is clamped to [0, 1] (bicubic overshoots).
    """
    boxes = torch.stack([tops, lefts, heights, widths], 1).to(torch.int64).tolist()
    crops = [
        _resize(image[:, top : top + height, left : left + width], interpolation, size)
        for image, (top, left, height, width) in zip(images, boxes, strict=True)
    ]
    result = to_float(torch.cat(crops).contiguous())
    return result if crops[0].dtype == torch.uint8 else result.clamp_(0.0, 1.0)


def random_crop(
    images: torch.Tensor,
    tops: torch.Tensor,
    lefts: torch.Tensor,
    padding: int,
    padding_mode: str,
    fill: Fill = 0.0,
) -> torch.Tensor:
    """(B, 3, H, W) padded by `padding` px on all sides, then cut back to H × W at (top, left).

    `fill` is what a `constant` padding is made of.
    """
    height, width = images.shape[-2:]
    if padding_mode == "constant":
        wide = filled(images, height + 2 * padding, width + 2 * padding, fill)
        wide[..., padding : padding + height, padding : padding + width] = images
    else:
        wide = F.pad(images, (padding,) * 4, mode=padding_mode)
    corners = zip(tops.tolist(), lefts.tolist(), strict=True)
    cuts = [
        wide[row, :, int(top) : int(top) + height, int(left) : int(left) + width]
        for row, (top, left) in enumerate(corners)
    ]
    return torch.stack(cuts)


def horizontal_flip(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) mirrored left to right."""
    return images.flip(-1)


def vertical_flip(images: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) mirrored top to bottom."""
    return images.flip(-2)


def translate(images: torch.Tensor, dx: torch.Tensor, dy: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) moved right by dx and down by dy px, which may be fractions (bilinear).

    What comes in at the border is the image mirrored at its outermost pixels, so that a shift adds
    no edge that the image does not have.
    """
    shifts = zip(dx.tolist(), dy.tolist(), strict=True)
    moved = [_shift(_shift(images[row], x, -1), y, -2) for row, (x, y) in enumerate(shifts)]
    return torch.stack(moved).clamp_(0.0, 1.0)


def _resize(crop: torch.Tensor, interpolation: str, size: int) -> torch.Tensor:
    # Channels last is the layout in which torch's uint8 resize is fastest; the bits are the same.
    batch = crop[None].contiguous(memory_format=torch.channels_last)
    return antialiased(batch, size, size, interpolation)


def _shift(image: torch.Tensor, distance: float, dim: int) -> torch.Tensor:
    whole = math.floor(distance)
    fraction = distance - whole
    near = image.index_select(dim, _mirrored(image, whole, dim))
    if fraction == 0.0:
        return near
    return torch.lerp(near, image.index_select(dim, _mirrored(image, whole + 1, dim)), fraction)


def _mirrored(image: torch.Tensor, distance: int, dim: int) -> torch.Tensor:
    """Where each place of an axis comes from after a shift, with mirrors at both end pixels."""
    last = image.shape[dim] - 1
    source = torch.arange(last + 1, device=image.device) - distance
    if last == 0:
        return torch.zeros_like(source)
    return last - (last - source.remainder(2 * last)).abs()


def _draw_box(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    """torchvision's law: the first of ten random boxes that fits, else a clamped centre crop."""
    attempts = range(CROP_ATTEMPTS)
    low, high = settings.span("scale")
    shares = low + dice.uniforms(*(f"area.{n}" for n in attempts)) * (high - low)
    log_low, log_high = (math.log(end) for end in settings.span("ratio"))
    ratios = torch.exp(
        log_low + dice.uniforms(*(f"ratio.{n}" for n in attempts)) * (log_high - log_low)
    )
    areas = shares * (frame.heights * frame.widths)[:, None]
    widths, heights = (areas * ratios).sqrt().round(), (areas / ratios).sqrt().round()
    fits = (widths >= 1) & (widths <= frame.widths[:, None])
    fits &= (heights >= 1) & (heights <= frame.heights[:, None])
    first = fits.to(torch.int8).argmax(1, keepdim=True)
    any_fits = fits.any(1)
    centre_height, centre_width = _centre_box(settings, frame)
    height = torch.where(any_fits, heights.gather(1, first)[:, 0], centre_height)
    width = torch.where(any_fits, widths.gather(1, first)[:, 0], centre_width)
    places = dice.uniforms("top", "left")
    room_above, room_beside = frame.heights - height, frame.widths - width
    top = torch.where(any_fits, places[:, 0] * (room_above + 1), room_above / 2).floor()
    left = torch.where(any_fits, places[:, 1] * (room_beside + 1), room_beside / 2).floor()
    return tuple(column.to(torch.int64) for column in (top, left, height, width))


def _centre_box(settings: Settings, frame: Frame) -> tuple[torch.Tensor, torch.Tensor]:
    """The largest box of an allowed ratio: float64 heights and widths, whole numbers."""
    low, high = settings.span("ratio")
    height, width = frame.heights.to(torch.float64), frame.widths.to(torch.float64)
    return torch.minimum(height, (width / low).round()), torch.minimum(
        width, (height * high).round()
    )


def _draw_corner(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    room = 2 * settings.whole("padding") + 1
    places = (dice.uniforms("top", "left") * room).floor().to(torch.int64)
    return places[:, 0], places[:, 1]


RANDOM_RESIZED_CROP = Op(
    name="RandomResizedCrop",
    magnitudes=(
        Magnitude("top", "px of the original", 0, math.inf),
        Magnitude("left", "px of the original", 0, math.inf),
        Magnitude("height", "px of the original", 1, math.inf),
        Magnitude("width", "px of the original", 1, math.inf),
    ),
    arguments=(
        Range("scale", (0.08, 1.0), 0.0, 1.0),
        Range("ratio", (3 / 4, 4 / 3), 0.01, 100.0),
        Choice("interpolation", "bilinear", ("bilinear", "bicubic")),
    ),
    options=("interpolation",),
    draw=_draw_box,
    source="torchvision v2 RandomResizedCrop, antialias=True",
    torch_function=resized_crop,
    resizes=True,
)

RANDOM_CROP = Op(
    name="RandomCrop",
    magnitudes=(
        Magnitude("top", "px of the padded image", 0, math.inf),
        Magnitude("left", "px of the padded image", 0, math.inf),
    ),
    arguments=(
        Whole("padding", 4, 0, 1024),
        Choice("padding_mode", "constant", ("constant", "reflect")),
        FILL,
    ),
    options=("padding", "padding_mode", "fill"),
    draw=_draw_corner,
    source="torchvision v2 RandomCrop of an image to its own size",
    torch_function=random_crop,
)

RANDOM_HORIZONTAL_FLIP = Op(
    name="RandomHorizontalFlip",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomHorizontalFlip",
    torch_function=horizontal_flip,
    chance=0.5,
)

RANDOM_VERTICAL_FLIP = Op(
    name="RandomVerticalFlip",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomVerticalFlip",
    torch_function=vertical_flip,
    chance=0.5,
)

TRANSLATE = Op(
    name="Translate",
    magnitudes=(
        Magnitude("dx", "px, to the right", -math.inf, math.inf, neutral=0.0, signed=True),
        Magnitude("dy", "px, downwards", -math.inf, math.inf, neutral=0.0, signed=True),
    ),
    arguments=(
        Range("dx", 0.0, -math.inf, math.inf),
        Range("dy", 0.0, -math.inf, math.inf),
    ),
    options=(),
    draw=draw_ranges("dx", "dy"),
    source="torchvision v2 affine(translate=…) in the interior; mirrored borders are chosen here",
    torch_function=translate,
    ladder="dx",
    example=(("dx", (-6.0, 6.0)), ("dy", (-6.0, 6.0))),
)
