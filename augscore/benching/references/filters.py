"""Blur, compression and erasing."""

from __future__ import annotations

import io
import math

import torch
import torch.nn.functional as F
import torchvision.transforms.v2.functional as tv
from PIL import Image

from augscore.benching.references.pillow import by_pillow
from augscore.benching.references.record import Bound, Reference
from augscore.engine.ops.fill import Fill

_SAME = Bound(0.0, 0.0, why="pixels are filled, and not computed with")
_WHOLE = Bound(0.5, 1.0, why="torchvision rounds to whole levels")
_EXACT = Bound(0.0, 0.0, why="the same codec")


def gaussian_blur(image: torch.Tensor, sigma: float, kernel_size: int) -> torch.Tensor:
    """A kernel of size 0 is wide enough for its sigma: to 6 sd, where its weights are nothing."""
    side = kernel_size or min(2 * math.ceil(6 * sigma) + 1, 2 * min(image.shape[-2:]) - 1)
    result: torch.Tensor = tv.gaussian_blur(image, [side, side], [sigma, sigma])
    return result


def motion_blur(image: torch.Tensor, length: float, degrees: float) -> torch.Tensor:
    """The mean of bilinear look-ups along the line, in float64; the outermost pixels go on."""
    steps = math.ceil(length)
    angle = math.radians(degrees)
    ways = [length * (step / steps - 0.5) for step in range(steps + 1)] if steps else [0.0]
    moved = [_moved(image, t * math.cos(angle), -t * math.sin(angle)) for t in ways]
    return torch.stack(moved).mean(0).to(image.dtype)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue()))


def erase(
    image: torch.Tensor, top: int, left: int, height: int, width: int, value: Fill
) -> torch.Tensor:
    level = torch.tensor(value).view(-1, 1, 1)
    result: torch.Tensor = tv.erase(image, top, left, height, width, level)
    return result


def random_erasing(
    image: torch.Tensor, top: int, left: int, height: int, width: int, key: int, value: Fill
) -> torch.Tensor:
    return erase(image, top, left, height, width, value)


def _moved(image: torch.Tensor, x: float, y: float) -> torch.Tensor:
    height, width = image.shape[-2:]
    down = (torch.arange(height, dtype=torch.float64) + y) * 2 / (height - 1) - 1
    right = (torch.arange(width, dtype=torch.float64) + x) * 2 / (width - 1) - 1
    rows, columns = torch.meshgrid(down, right, indexing="ij")
    grid = torch.stack([columns, rows], -1)[None]
    batch = image[None].to(torch.float64)
    return F.grid_sample(batch, grid, padding_mode="border", align_corners=True)[0]


_WIDE = (("kernel_size", 0),)

FILTERS = (
    Reference("GaussianBlur", "torchvision float", gaussian_blur),
    Reference("GaussianBlur", "torchvision float", gaussian_blur, arguments=_WIDE),
    Reference("GaussianBlur", "torchvision uint8", gaussian_blur, _WHOLE),
    Reference("MotionBlur", "closed form", motion_blur),
    Reference("JPEG", "PIL", by_pillow(jpeg), _EXACT),
    Reference("RandomErasing", "torchvision float", random_erasing, _SAME),
    Reference("Cutout", "torchvision float", erase, _SAME),
)
