"""Changes of single pixels and swaps of two: grey, solarize, mirror."""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from augscore.engine.kernels.launch import BLOCK, blocks, pack
from augscore.engine.kernels.place import place_of
from augscore.engine.ops.colour import GREY_WEIGHTS

_RED, _GREEN, _BLUE = (tl.constexpr(weight) for weight in GREY_WEIGHTS)


def grey_rows(images: torch.Tensor, rows: torch.Tensor) -> None:
    """The luma in all channels, for some rows of (B, 3, H, W) float32, in place."""
    pixels = images.shape[-2] * images.shape[-1]
    where, _ = pack(rows, [], images.device)
    _grey_rows[(len(rows) * blocks(pixels),)](images, where, pixels, BLOCK)


def solarize_rows(images: torch.Tensor, rows: torch.Tensor, thresholds: torch.Tensor) -> None:
    """Values from a threshold on inverted, for some rows of (B, 3, H, W) float32, in place."""
    values = images[0].numel()
    where, numbers = pack(rows, [thresholds], images.device)
    _solarize_rows[(len(rows) * blocks(values),)](images, where, numbers, values, BLOCK)


def flip_rows(images: torch.Tensor, rows: torch.Tensor) -> None:
    """Mirrored left to right, for some rows of (B, 3, H, W) float32, in place."""
    height, width = images.shape[-2:]
    pairs = 3 * height * (width // 2)
    where, _ = pack(rows, [], images.device)
    if pairs:
        _flip_rows[(len(rows) * blocks(pairs),)](images, where, height, width, pairs, BLOCK)


@triton.jit
def _grey_rows(images, where, pixels, BLOCK: tl.constexpr):
    row, offsets = place_of(pixels, BLOCK)
    inside = offsets < pixels
    image = images + tl.load(where + row).to(tl.int64) * 3 * pixels
    red = tl.load(image + offsets, mask=inside, other=0.0)
    green = tl.load(image + pixels + offsets, mask=inside, other=0.0)
    blue = tl.load(image + 2 * pixels + offsets, mask=inside, other=0.0)
    grey = _RED * red + _GREEN * green + _BLUE * blue
    tl.store(image + offsets, grey, mask=inside)
    tl.store(image + pixels + offsets, grey, mask=inside)
    tl.store(image + 2 * pixels + offsets, grey, mask=inside)


@triton.jit
def _solarize_rows(images, where, thresholds, values, BLOCK: tl.constexpr):
    row, offsets = place_of(values, BLOCK)
    inside = offsets < values
    image = images + tl.load(where + row).to(tl.int64) * values
    value = tl.load(image + offsets, mask=inside, other=0.0)
    value = tl.where(value >= tl.load(thresholds + row), 1.0 - value, value)
    tl.store(image + offsets, value, mask=inside)


@triton.jit
def _flip_rows(images, where, height, width, pairs, BLOCK: tl.constexpr):
    row, offsets = place_of(pairs, BLOCK)
    inside = offsets < pairs
    half = width // 2
    line = offsets // half
    near = line * width + offsets % half
    far = line * width + (width - 1 - offsets % half)
    image = images + tl.load(where + row).to(tl.int64) * 3 * height * width
    left = tl.load(image + near, mask=inside)
    right = tl.load(image + far, mask=inside)
    tl.store(image + near, right, mask=inside)
    tl.store(image + far, left, mask=inside)
