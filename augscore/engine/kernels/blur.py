"""Gaussian blur with a standard deviation per image: across into a scratch, down into place."""

from __future__ import annotations

import torch
import triton
import triton.language as tl

from augscore.engine.kernels.launch import BLOCK, blocks, pack
from augscore.engine.kernels.place import place_of


def blur_rows(
    images: torch.Tensor, rows: torch.Tensor, radii: torch.Tensor, taps: torch.Tensor
) -> None:
    """Blur some rows of (B, 3, H, W) float32 in place, borders mirrored.

    `taps` are (N, R + 1) weights at the distances 0 to R; an image uses those up to its own of the
    (N,) `radii`. Both are on the CPU.
    """
    height, width = images.shape[-2:]
    values = 3 * height * width
    columns = [radii, *taps.unbind(1)]
    where, numbers = pack(rows, columns, images.device)
    scratch = torch.empty(len(rows), 3, height, width, device=images.device)
    grid, size = (len(rows) * blocks(values),), (height, width, len(rows))
    _blur[grid](images, scratch, where, numbers, *size, True, BLOCK)
    _blur[grid](scratch, images, where, numbers, *size, False, BLOCK)


# A number of its own for every batch must not make a program of its own.
@triton.jit(do_not_specialize=["count"])
def _blur(
    source,
    target,
    where,
    numbers,
    height,
    width,
    count,
    ACROSS: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """ACROSS: from the images' rows into the scratch; else from there, down, into the images."""
    values = 3 * height * width
    row, offsets = place_of(values, BLOCK)
    inside = offsets < values
    there = tl.load(where + row).to(tl.int64) * values
    here = row.to(tl.int64) * values
    image = source + (there if ACROSS else here)
    result = target + (here if ACROSS else there)
    if ACROSS:
        place = offsets % width
        side, stride = width, 1
    else:
        place = (offsets // width) % height
        side, stride = height, width
    total = tl.load(numbers + count + row) * tl.load(image + offsets, mask=inside, other=0.0)
    radius = tl.load(numbers + row).to(tl.int32)
    for distance in range(1, radius + 1):
        weight = tl.load(numbers + (1 + distance) * count + row)
        before = tl.abs(place - distance)
        after = side - 1 - tl.abs(side - 1 - place - distance)
        near = tl.load(image + offsets + (before - place) * stride, mask=inside, other=0.0)
        far = tl.load(image + offsets + (after - place) * stride, mask=inside, other=0.0)
        total += weight * (near + far)
    if not ACROSS:
        total = tl.minimum(tl.maximum(total, 0.0), 1.0)
    tl.store(result + offsets, total, mask=inside)
