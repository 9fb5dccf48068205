"""Brightness, contrast, saturation and hue in each image's own order: two passes over the image.

The first finds the mean grey that contrast turns about, the second does everything.
"""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from augscore.engine.kernels.launch import BLOCK, blocks, pack
from augscore.engine.ops.colour import GREY_WEIGHTS

_RED, _GREEN, _BLUE = (tl.constexpr(weight) for weight in GREY_WEIGHTS)


def jitter_rows(
    images: torch.Tensor, rows: torch.Tensor, kinds: torch.Tensor, factors: torch.Tensor
) -> None:
    """Change some rows of (B, 3, H, W) float32 in place.

    `kinds` and `factors` are (N, 4), on the CPU: at each of four places 0 brightness, 1 contrast,
    2 saturation, 3 hue, or 4 for nothing, and by how much.
    """
    pixels = images.shape[-2] * images.shape[-1]
    count = blocks(pixels)
    where, numbers = pack(rows, [*kinds.unbind(1), *factors.unbind(1)], images.device)
    partial = torch.empty(len(rows), count, device=images.device)
    grid = (len(rows) * count,)
    width = triton.next_power_of_2(count)
    _sum_grey[grid](images, where, numbers, partial, pixels, len(rows), count, BLOCK)
    _adjust_all[grid](images, where, numbers, partial, pixels, len(rows), count, width, BLOCK)


@triton.jit
def _grey(red, green, blue):
    return _RED * red + _GREEN * green + _BLUE * blue


@triton.jit
def _clamp(value):
    return tl.minimum(tl.maximum(value, 0.0), 1.0)


@triton.jit
def _turned(top, chroma, hue, angle):
    away = tl.abs(tl.abs(tl.abs(hue - angle) - 3.0) - 3.0)
    return top - _clamp(away - 1.0) * chroma


@triton.jit
def _adjust(red, green, blue, kind, factor, mean):
    if kind == 3.0:
        top = tl.maximum(tl.maximum(red, green), blue)
        chroma = top - tl.minimum(tl.minimum(red, green), blue)
        is_red = red == top
        is_green = green == top
        way = tl.where(is_red, green - blue, tl.where(is_green, blue - red, red - green))
        base = tl.where(is_red, 0.0, tl.where(is_green, 2.0, 4.0))
        hue = way / tl.maximum(chroma, 1e-12) + base + factor * 6.0
        red = _turned(top, chroma, hue, 0.0)
        green = _turned(top, chroma, hue, 2.0)
        blue = _turned(top, chroma, hue, 4.0)
    elif kind < 3.0:
        other = tl.where(kind == 2.0, _grey(red, green, blue), tl.where(kind == 1.0, mean, 0.0))
        rest = other * (1.0 - factor)
        red = _clamp(red * factor + rest)
        green = _clamp(green * factor + rest)
        blue = _clamp(blue * factor + rest)
    return red, green, blue


# A number of its own for every batch must not make a program of its own.
@triton.jit(do_not_specialize=["count"])
def _sum_grey(images, where, numbers, partial, pixels, count, blocks, BLOCK: tl.constexpr):
    row = tl.program_id(0) // blocks
    block = tl.program_id(0) % blocks
    offsets = block * BLOCK + tl.arange(0, BLOCK)
    inside = offsets < pixels
    image = images + tl.load(where + row).to(tl.int64) * 3 * pixels
    red = tl.load(image + offsets, mask=inside, other=0.0)
    green = tl.load(image + pixels + offsets, mask=inside, other=0.0)
    blue = tl.load(image + 2 * pixels + offsets, mask=inside, other=0.0)
    before = 1.0
    for place in tl.static_range(4):
        kind = tl.load(numbers + place * count + row)
        factor = tl.load(numbers + (4 + place) * count + row)
        before = tl.where(kind == 1.0, 0.0, before)
        kind = tl.where(before == 1.0, kind, 4.0)
        red, green, blue = _adjust(red, green, blue, kind, factor, 0.0)
    total = tl.sum(tl.where(inside, _grey(red, green, blue), 0.0), axis=0)
    tl.store(partial + row * blocks + block, total)


# A number of its own for every batch must not make a program of its own.
@triton.jit(do_not_specialize=["count"])
def _adjust_all(
    images,
    where,
    numbers,
    partial,
    pixels,
    count,
    blocks,
    WIDTH: tl.constexpr,
    BLOCK: tl.constexpr,
):
    row = tl.program_id(0) // blocks
    offsets = tl.program_id(0) % blocks * BLOCK + tl.arange(0, BLOCK)
    inside = offsets < pixels
    image = images + tl.load(where + row).to(tl.int64) * 3 * pixels
    parts = tl.arange(0, WIDTH)
    mean = tl.sum(tl.load(partial + row * blocks + parts, mask=parts < blocks, other=0.0)) / pixels
    red = tl.load(image + offsets, mask=inside, other=0.0)
    green = tl.load(image + pixels + offsets, mask=inside, other=0.0)
    blue = tl.load(image + 2 * pixels + offsets, mask=inside, other=0.0)
    for place in tl.static_range(4):
        kind = tl.load(numbers + place * count + row)
        factor = tl.load(numbers + (4 + place) * count + row)
        red, green, blue = _adjust(red, green, blue, kind, factor, mean)
    tl.store(image + offsets, red, mask=inside)
    tl.store(image + pixels + offsets, green, mask=inside)
    tl.store(image + 2 * pixels + offsets, blue, mask=inside)
