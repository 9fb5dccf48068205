"""Crops, flips and mirrored shifts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F

from augscore.engine.native import library
from augscore.engine.ops.arguments import Choice, Range, Settings, Whole
from augscore.engine.ops.dice import Dice
from augscore.engine.ops.fill import FILL, Fill, filled
from augscore.engine.ops.record import Frame, Knob, Magnitude, Op, draw_ranges, upload
from augscore.engine.ops.resample import resize_boxes
from augscore.errors import UsageError
from augscore.images.resize import antialiased, to_float

CROP_ATTEMPTS = 10


# Up to this side, in px, products of whole matrices cost a CPU less than a call an image.
SMALL_SIDE = 64
# Beyond this a pixel has so many others under its filter that products are the faster way.
MOST_SHRINKING = 2


def resized_crop(
    images: torch.Tensor | Sequence[torch.Tensor],
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
    boxes = torch.stack([tops, lefts, heights, widths], 1).to(torch.int64)
    if isinstance(images, torch.Tensor) and _by_matrices(images[0], size):
        return resize_boxes(images, upload(boxes, images.device), interpolation, size)
    result = torch.empty(len(images), 3, size, size, device=images[0].device)
    for row, (image, box) in enumerate(zip(images, boxes, strict=True)):
        # Each image's own way, whatever else is in the batch.
        if _by_matrices(image, size):
            there = upload(box[None], image.device)
            result[row] = resize_boxes(image[None], there, interpolation, size)[0]
        else:
            _resize_into(result[row], image, box.tolist(), interpolation)
    return result


def crop_on_cuda(
    images: torch.Tensor | Sequence[torch.Tensor],
    tops: torch.Tensor,
    lefts: torch.Tensor,
    heights: torch.Tensor,
    widths: torch.Tensor,
    interpolation: str,
    size: int,
) -> torch.Tensor:
    """As `resized_crop`, by a kernel; images much larger than `size` by matrices."""
    if not isinstance(images, torch.Tensor) or max(images.shape[-2:]) > MOST_SHRINKING * size:
        return resized_crop(images, tops, lefts, heights, widths, interpolation, size)
    from augscore.engine.kernels.crop import crop_boxes

    return crop_boxes(images, torch.stack([tops, lefts, heights, widths], 1), interpolation, size)


def _by_matrices(image: torch.Tensor, size: int) -> bool:
    return image.device.type != "cpu" or max(size, *image.shape[-2:]) <= SMALL_SIDE


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


def flip_rows(images: torch.Tensor, rows: torch.Tensor) -> None:
    """As `horizontal_flip`, in place for some rows of a batch, by a kernel."""
    from augscore.engine.kernels import pixels

    pixels.flip_rows(images, rows)


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


def _resize_into(
    result: torch.Tensor, image: torch.Tensor, box: Sequence[int], interpolation: str
) -> None:
    """(3, H, W) and (top, left, height, width) → contiguous float (3, size, size) in [0, 1]."""
    top, left, height, width = box
    crop = image[:, top : top + height, left : left + width]
    native = crop.dtype == torch.uint8 and library.has_library()
    if native and crop.stride(2) == 1:
        crop = library.interleaved(crop)
    # Channels last is the layout in which torch's uint8 resize is fastest; the bits are the same.
    batch = crop[None].contiguous(memory_format=torch.channels_last)
    resized = antialiased(batch, result.shape[-2], result.shape[-1], interpolation)
    if native and resized.is_contiguous():
        library.write_floats(resized, result)
    else:
        result.copy_(to_float(resized[0]).clamp_(0.0, 1.0))


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
    import numpy as np

    attempts = range(CROP_ATTEMPTS)
    names = [*(f"area.{n}" for n in attempts), *(f"ratio.{n}" for n in attempts), "top", "left"]
    # Small tables: numpy's calls cost less than torch's.
    uniforms = dice.uniforms(*names).numpy()
    tall, wide = frame.heights.numpy()[:, None], frame.widths.numpy()[:, None]
    low, high = settings.span("scale")
    areas = (low + uniforms[:, :CROP_ATTEMPTS] * (high - low)) * (tall * wide)
    log_low, log_high = (math.log(end) for end in settings.span("ratio"))
    ratios = np.exp(log_low + uniforms[:, CROP_ATTEMPTS:-2] * (log_high - log_low))
    widths, heights = np.sqrt(areas * ratios).round(), np.sqrt(areas / ratios).round()
    fits = (widths >= 1) & (widths <= wide) & (heights >= 1) & (heights <= tall)
    rows, first = np.arange(len(fits)), fits.argmax(1)
    any_fits = fits[rows, first]
    low_ratio, high_ratio = settings.span("ratio")
    tall, wide = tall[:, 0], wide[:, 0]
    # The largest box of an allowed ratio stands in where none fits.
    height = np.where(any_fits, heights[rows, first], np.minimum(tall, (wide / low_ratio).round()))
    width = np.where(any_fits, widths[rows, first], np.minimum(wide, (tall * high_ratio).round()))
    above, beside = tall - height, wide - width
    top = np.floor(np.where(any_fits, uniforms[:, -2] * (above + 1), above / 2))
    left = np.floor(np.where(any_fits, uniforms[:, -1] * (beside + 1), beside / 2))
    return tuple(torch.from_numpy(c.astype(np.int64)) for c in (top, left, height, width))


def _check_mirror(padding: int, short_side: int) -> None:
    if padding >= short_side:
        raise UsageError(
            f"RandomCrop: padding {padding} is too wide to mirror {short_side} px",
            code="policy_value",
            hint=f"At most {short_side - 1}, or padding_mode constant",
        )


def _draw_corner(dice: Dice, settings: Settings, frame: Frame) -> tuple[torch.Tensor, ...]:
    padding = settings.whole("padding")
    if settings.get("padding_mode") == "reflect" and len(frame.heights):
        _check_mirror(padding, int(torch.minimum(frame.heights, frame.widths).min()))
    room = 2 * padding + 1
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
    kernel=crop_on_cuda,
    resizes=True,
    knobs=(
        Knob("scale", "share of the area", 1.0, is_neutral=False),
        Knob("ratio", "width to height", 1.0, is_neutral=False),
    ),
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
    knobs=(Knob("padding", "px", 0.0),),
)

RANDOM_HORIZONTAL_FLIP = Op(
    name="RandomHorizontalFlip",
    magnitudes=(),
    arguments=(),
    options=(),
    draw=draw_ranges(),
    source="torchvision v2 RandomHorizontalFlip",
    torch_function=horizontal_flip,
    kernel=flip_rows,
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
    knobs=(
        Knob("dx", "px", 0.0),
        Knob("dy", "px", 0.0),
    ),
)
