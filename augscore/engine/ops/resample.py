"""Boxes of a batch resized by two matrix products an image: small images on a CPU, all on a GPU.

The weights are those of PIL and torch for antialiased resizing: the filter, as wide as the scale,
at every pixel of the box, normalised.
"""

from __future__ import annotations

from functools import lru_cache

import torch

# Keys' cubic with the parameter that PIL and torch take for antialiased resizing.
_CUBIC = -0.5
_MOST_BITS = 22


def resize_boxes(
    images: torch.Tensor, boxes: torch.Tensor, interpolation: str, size: int
) -> torch.Tensor:
    """(B, 3, H, W) and (B, 4) boxes (top, left, height, width) in px → float (B, 3, size, size).

    uint8 is rounded to its levels after each of the two passes, across and then down, as a resize
    of uint8 does; the result is in [0, 1].
    """
    count, _, height, width = images.shape
    whole = images.dtype == torch.uint8
    dtype = _working_type(images)
    top, left, box_height, box_width = boxes.to(torch.float32).unbind(1)
    down = _weights(top, box_height, height, interpolation, size)
    across = _weights(left, box_width, width, interpolation, size)
    if whole and dtype == torch.float32:
        down, across = _fixed_point(down), _fixed_point(across)
    # Rows of all channels beside each other, so that each pass is one product an image.
    rows = torch.empty(count, height, 3, width, dtype=dtype, device=images.device)
    rows.copy_(images.permute(0, 2, 1, 3))
    lines = torch.bmm(rows.view(count, height * 3, width), across.to(dtype).transpose(1, 2))
    if whole:
        _to_levels(lines)
    pixels = torch.bmm(down.to(dtype), lines.view(count, height, 3 * size))
    pixels = pixels.view(count, size, 3, size).permute(0, 2, 1, 3)
    result = torch.empty(count, 3, size, size, device=images.device).copy_(pixels)
    return _to_levels(result).div_(255.0) if whole else result.clamp_(0.0, 1.0)


def _to_levels(values: torch.Tensor) -> torch.Tensor:
    """In place: the nearest of 0 to 255, a half upwards."""
    return values.add_(0.5).floor_().clamp_(0.0, 255.0)


def _working_type(images: torch.Tensor) -> torch.dtype:
    """Half precision holds the 256 levels exactly, and is what a GPU multiplies fastest."""
    return torch.float16 if images.is_cuda and images.dtype == torch.uint8 else torch.float32


def _weights(
    start: torch.Tensor, length: torch.Tensor, side: int, interpolation: str, size: int
) -> torch.Tensor:
    """(B, size, side): what each pixel of a side gives to each of the box's resized pixels."""
    start, length = start.view(-1, 1, 1), length.view(-1, 1, 1)
    scale = length / size
    stretch = scale.clamp(min=1.0)
    pixels = torch.arange(side, dtype=torch.float32, device=start.device).view(1, 1, -1)
    places = torch.arange(size, dtype=torch.float32, device=start.device).view(1, -1, 1)
    centres = (places + 0.5) * scale + (start - 0.5)
    away = (pixels - centres).div_(stretch).abs_()
    weights = _cubic(away) if interpolation == "bicubic" else (1 - away).clamp_(min=0.0)
    weights *= (pixels >= start) & (pixels < start + length)
    return weights.div_(weights.sum(2, keepdim=True))


def _fixed_point(weights: torch.Tensor) -> torch.Tensor:
    """(B, size, side) rounded as a resize of uint8 rounds them: to multiples of 2^-bits. Sums of
    such weights times levels are exact."""
    one = torch.exp2(_bits(weights))
    return (weights * one).round_().div_(one)


def _bits(weights: torch.Tensor) -> torch.Tensor:
    """(B, 1, 1): the most with which the largest weight of an image fits into 15 bits."""
    largest = weights.amax((1, 2), keepdim=True)
    return torch.log2((2**15 - 0.5) / largest).ceil_().sub_(1).clamp_(max=_MOST_BITS)


@lru_cache(maxsize=64)
def fixed_point_ones(longest: int, size: int, interpolation: str) -> torch.Tensor:
    """(longest + 1,) int32: what 1 is in fixed point, when a box of so many px is resized."""
    none = torch.zeros(1)
    found = [1]
    for length in range(1, longest + 1):
        weights = _weights(none, none + length, length, interpolation, size)
        found.append(2 ** int(_bits(weights)))
    return torch.tensor(found, dtype=torch.int32)


def _cubic(away: torch.Tensor) -> torch.Tensor:
    """Keys 1981: two cubics, for distances of at most 1 and at most 2, and 0 beyond."""
    near, far = away.clamp(max=1.0), away.clamp(1.0, 2.0)
    inner = ((_CUBIC + 2) * near - (_CUBIC + 3)).mul_(near).mul_(near).add_(1.0)
    outer = (far - 5).mul_(far).add_(8).mul_(far).sub_(4).mul_(_CUBIC)
    return inner.add_(outer)
