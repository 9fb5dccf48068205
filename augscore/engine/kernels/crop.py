"""Boxes of images resized with antialiasing: a pixel is the sum of those under its filter."""

from __future__ import annotations

import math

import torch
import triton
import triton.language as tl

from augscore.engine.kernels.launch import blocks
from augscore.engine.kernels.place import place_of
from augscore.engine.ops.record import upload
from augscore.engine.ops.resample import fixed_point_ones

# A program holds many numbers a pixel, so it has few of them.
_BLOCK = 256


def crop_boxes(
    images: torch.Tensor, boxes: torch.Tensor, interpolation: str, size: int
) -> torch.Tensor:
    """(B, 3, H, W) uint8 or float and (B, 4) int64 boxes on the CPU → float32 (B, 3, size, size).

    uint8 is rounded to its levels after each of two passes, across and down, as its resize does.
    """
    reach = 2 if interpolation == "bicubic" else 1
    taps = 2 * math.ceil(reach * max(1.0, max(images.shape[-2:]) / size))
    ones = fixed_point_ones(max(images.shape[-2:]), size, interpolation)[boxes[:, 2:]]
    numbers = torch.cat([boxes.to(torch.int32), ones], 1)
    result = torch.empty(len(images), 3, size, size, device=images.device)
    _crop[(len(images) * blocks(size * size, _BLOCK),)](
        images,
        upload(numbers, images.device),
        result,
        *images.stride(),
        size,
        taps,
        interpolation == "bicubic",
        images.dtype == torch.uint8,
        _BLOCK,
    )
    return result


@triton.jit
def _filter(away, CUBIC: tl.constexpr):
    away = tl.abs(away)
    if CUBIC:
        near = (1.5 * away - 2.5) * away * away + 1.0
        far = ((-0.5 * away + 2.5) * away - 4.0) * away + 2.0
        weight = tl.where(away < 1.0, near, tl.where(away < 2.0, far, 0.0))
    else:
        weight = tl.maximum(1.0 - away, 0.0)
    return weight


@triton.jit
def _level(value):
    return tl.minimum(tl.maximum(tl.floor(value + 0.5), 0.0), 255.0)


@triton.jit
def _whole(value, WHOLE: tl.constexpr):
    return _level(value) if WHOLE else value


@triton.jit
def _rounded(weight, one, WHOLE: tl.constexpr):
    """In fixed point, as a resize of levels has its weights."""
    return tl.floor(weight * one + 0.5) / one if WHOLE else weight


@triton.jit
def _weight(pixel, centre, stretch, side, CUBIC: tl.constexpr):
    """What a pixel of a box gives; nothing from beyond its side."""
    weight = _filter((pixel.to(tl.float32) + 0.5 - centre) / stretch, CUBIC)
    return tl.where(pixel < side, weight, 0.0)


@triton.jit
def _axis(place, length, size, CUBIC: tl.constexpr):
    """Centre and stretch of the filter of a place, in px of the box, and the first it sees."""
    reach = 2.0 if CUBIC else 1.0
    scale = length.to(tl.float32) / size
    stretch = tl.maximum(scale, 1.0)
    centre = (place.to(tl.float32) + 0.5) * scale
    return centre, stretch, tl.maximum((centre - reach * stretch + 0.5).to(tl.int32), 0)


@triton.jit
def _put(target, value, inside, WHOLE: tl.constexpr):
    value = _level(value) / 255.0 if WHOLE else value
    tl.store(target, tl.minimum(tl.maximum(value, 0.0), 1.0), mask=inside)


@triton.jit
def _crop(
    images,
    boxes,
    result,
    stride_image,
    stride_channel,
    stride_row,
    stride_column,
    size,
    TAPS: tl.constexpr,
    CUBIC: tl.constexpr,
    WHOLE: tl.constexpr,
    BLOCK: tl.constexpr,
):
    row, offsets = place_of(size * size, BLOCK)
    inside = offsets < size * size
    top = tl.load(boxes + row * 6)
    left = tl.load(boxes + row * 6 + 1)
    height = tl.load(boxes + row * 6 + 2)
    width = tl.load(boxes + row * 6 + 3)
    one_y = tl.load(boxes + row * 6 + 4).to(tl.float32)
    one_x = tl.load(boxes + row * 6 + 5).to(tl.float32)
    centre_y, stretch_y, first_y = _axis(offsets // size, height, size, CUBIC)
    centre_x, stretch_x, first_x = _axis(offsets % size, width, size, CUBIC)
    sum_x = tl.zeros([BLOCK], dtype=tl.float32)
    sum_y = tl.zeros([BLOCK], dtype=tl.float32)
    for tap in tl.static_range(TAPS):
        sum_x += _weight(first_x + tap, centre_x, stretch_x, width, CUBIC)
        sum_y += _weight(first_y + tap, centre_y, stretch_y, height, CUBIC)
    image = images + row.to(tl.int64) * stride_image
    red = tl.zeros([BLOCK], dtype=tl.float32)
    green = tl.zeros([BLOCK], dtype=tl.float32)
    blue = tl.zeros([BLOCK], dtype=tl.float32)
    # Unrolled, so that the weights across are found once for all rows.
    for tap_y in tl.static_range(TAPS):
        y = first_y + tap_y
        weight_y = _weight(y, centre_y, stretch_y, height, CUBIC) / sum_y
        weight_y = _rounded(weight_y, one_y, WHOLE)
        line = image + (top + tl.minimum(y, height - 1)) * stride_row + left * stride_column
        red_line = tl.zeros([BLOCK], dtype=tl.float32)
        green_line = tl.zeros([BLOCK], dtype=tl.float32)
        blue_line = tl.zeros([BLOCK], dtype=tl.float32)
        for tap_x in tl.static_range(TAPS):
            x = first_x + tap_x
            weight = _weight(x, centre_x, stretch_x, width, CUBIC) / sum_x
            weight = _rounded(weight, one_x, WHOLE)
            place = line + tl.minimum(x, width - 1) * stride_column
            red_line += weight * tl.load(place).to(tl.float32)
            green_line += weight * tl.load(place + stride_channel).to(tl.float32)
            blue_line += weight * tl.load(place + 2 * stride_channel).to(tl.float32)
        red += weight_y * _whole(red_line, WHOLE)
        green += weight_y * _whole(green_line, WHOLE)
        blue += weight_y * _whole(blue_line, WHOLE)
    target = result + row.to(tl.int64) * 3 * size * size + offsets
    _put(target, red, inside, WHOLE)
    _put(target + size * size, green, inside, WHOLE)
    _put(target + 2 * size * size, blue, inside, WHOLE)
