"""Images looked up at other places: what every turn, shear, perspective and bend is made of.

Places are in px from the centre of the image, x to the right and y downwards, so that pixel i of n
lies at i − (n − 1) / 2 and the edges at ±n / 2. This is the convention of torchvision and PIL.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from augscore.engine.ops.arguments import Choice
from augscore.engine.ops.fill import Fill, level_of

NEAREST_BY_DEFAULT = Choice("interpolation", "nearest", ("nearest", "bilinear"))
BILINEAR_BY_DEFAULT = Choice("interpolation", "bilinear", ("nearest", "bilinear"))


def warp_affine(
    images: torch.Tensor, matrices: torch.Tensor, interpolation: str, fill: Fill
) -> torch.Tensor:
    """(B, 3, H, W) through (B, 6) matrices a, b, c, d, e, f; the outside is `fill`.

    The result shows at (x, y) what the image has at (a x + b y + c, d x + e y + f).
    """
    a, b, c, d, e, f = _numbers(matrices, images)
    x, y = places(images)
    # Elementwise rather than by affine_grid, whose matrix product depends on the batch.
    return look_up(images, x * a + y * b + c, x * d + y * e + f, interpolation, fill)


def warp_perspective(
    images: torch.Tensor, coefficients: torch.Tensor, interpolation: str, fill: Fill
) -> torch.Tensor:
    """(B, 3, H, W) through (B, 8) coefficients a to h; the outside is `fill`.

    The result shows at (x, y) what the image has at (a x + b y + c, d x + e y + f) divided by
    g x + h y + 1, in px from the top left corner.
    """
    a, b, c, d, e, f, g, h = _numbers(coefficients, images)
    half_height, half_width = images.shape[-2] / 2, images.shape[-1] / 2
    x, y = places(images)
    x, y = x + half_width, y + half_height
    depth = x * g + y * h + 1
    column = (x * a + y * b + c) / depth - half_width
    row = (x * d + y * e + f) / depth - half_height
    # On the horizon, and where corners fell on one line, there is no place: look outside.
    x, y = _finite(column, half_width), _finite(row, half_height)
    return look_up(images, x, y, interpolation, fill)


def look_up(
    images: torch.Tensor, x: torch.Tensor, y: torch.Tensor, interpolation: str, fill: Fill
) -> torch.Tensor:
    """(B, 3, H, W) at the (B, H, W) places x, y: `nearest` or `bilinear`; `fill` outside."""
    height, width = images.shape[-2:]
    grid = torch.stack([x * (2 / width), y * (2 / height)], dim=-1)
    level = level_of(fill, images)
    source = images if fill == 0 else images - level
    seen = F.grid_sample(
        source, grid, mode=interpolation, padding_mode="zeros", align_corners=False
    )
    return (seen if fill == 0 else seen.add_(level)).clamp_(0.0, 1.0)


def places(images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Where the pixels of (B, 3, H, W) are: x as (1, 1, W), y as (1, H, 1)."""
    height, width = images.shape[-2:]
    return _centred(width, images).view(1, 1, -1), _centred(height, images).view(1, -1, 1)


def _numbers(matrices: torch.Tensor, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """(B, N) → N times (B, 1, 1), in the dtype and on the device of the images."""
    there = matrices.to(images.device, images.dtype, non_blocking=True)
    return there[:, :, None, None].unbind(1)


def _finite(places: torch.Tensor, half: float) -> torch.Tensor:
    """As it is within two images' sizes of the centre; further away, and NaN, at that distance."""
    return places.nan_to_num_(4 * half).clamp_(-4 * half, 4 * half)


def _centred(length: int, images: torch.Tensor) -> torch.Tensor:
    indices = torch.arange(length, dtype=images.dtype, device=images.device)
    return indices - (length - 1) / 2
