"""Crops, flips, and shifts by whole pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import InterpolationMode

from augscore.benching.references.record import Bound, Reference, as_fill
from augscore.engine.ops.fill import Fill

MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
_SAME = Bound(0.0, 0.0, why="pixels are moved, and not computed with")


def resized_crop(
    image: torch.Tensor,
    top: int,
    left: int,
    height: int,
    width: int,
    interpolation: str,
    size: int,
) -> torch.Tensor:
    box, mode = (top, left, height, width), MODES[interpolation]
    result: torch.Tensor = tv.resized_crop(image, *box, [size, size], mode, antialias=True)
    # Bicubic weights leave [0, 1]; torchvision clamps whole levels, and floats not.
    return result.clamp(0, 1) if result.is_floating_point() else result


def random_crop(
    image: torch.Tensor, top: int, left: int, padding: int, mode: str, fill: Fill = 0.0
) -> torch.Tensor:
    wide = tv.pad(image, [padding] * 4, fill=as_fill(fill) or 0, padding_mode=mode)
    result: torch.Tensor = tv.crop(wide, top, left, *image.shape[-2:])
    return result


def translate(image: torch.Tensor, dx: float, dy: float) -> torch.Tensor:
    """Mirrored at the outermost pixels, by torch's grid_sample."""
    height, width = image.shape[-2:]
    down = (torch.arange(height, dtype=torch.float64) - dy) * 2 / (height - 1) - 1
    right = (torch.arange(width, dtype=torch.float64) - dx) * 2 / (width - 1) - 1
    y, x = torch.meshgrid(down, right, indexing="ij")
    grid = torch.stack([x, y], -1)[None]
    batch = image[None].to(torch.float64)
    moved = F.grid_sample(batch, grid, padding_mode="reflection", align_corners=True)
    return moved[0].to(image.dtype)


def translate_x(image: torch.Tensor, pixels: int, fill: Fill = 0.0) -> torch.Tensor:
    result: torch.Tensor = tv.affine(image, 0.0, [pixels, 0], 1.0, [0.0, 0.0], fill=as_fill(fill))
    return result


def translate_y(image: torch.Tensor, pixels: int, fill: Fill = 0.0) -> torch.Tensor:
    result: torch.Tensor = tv.affine(image, 0.0, [0, pixels], 1.0, [0.0, 0.0], fill=as_fill(fill))
    return result


_BICUBIC = (("interpolation", "bicubic"),)

FRAMES = (
    Reference("RandomResizedCrop", "torchvision float", resized_crop),
    Reference("RandomResizedCrop", "torchvision float", resized_crop, arguments=_BICUBIC),
    Reference("RandomResizedCrop", "torchvision uint8", resized_crop),
    Reference("RandomResizedCrop", "torchvision uint8", resized_crop, arguments=_BICUBIC),
    Reference("RandomCrop", "torchvision float", random_crop, _SAME),
    Reference("RandomHorizontalFlip", "torchvision float", tv.horizontal_flip, _SAME),
    Reference("RandomVerticalFlip", "torchvision float", tv.vertical_flip, _SAME),
    Reference("Translate", "closed form", translate),
    Reference("TranslateX", "torchvision float", translate_x, _SAME),
    Reference("TranslateY", "torchvision float", translate_y, _SAME),
)
