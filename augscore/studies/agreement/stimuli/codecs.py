"""What codecs and palettes do to a picture: JPEG 2000, few colours."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image


def as_pillow(image: torch.Tensor) -> Image.Image:
    """(3, H, W) in [0, 1], rounded to 8 bits."""
    levels = (image.clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().numpy())


def from_pillow(picture: Image.Image) -> torch.Tensor:
    pixels = torch.from_numpy(np.array(picture.convert("RGB")))
    return pixels.permute(2, 0, 1).to(torch.float32) / 255


def jpeg2000(image: torch.Tensor, ratio: float) -> torch.Tensor:
    """At a compression ratio."""
    buffer = io.BytesIO()
    as_pillow(image).save(
        buffer, "JPEG2000", quality_mode="rates", quality_layers=[ratio], num_resolutions=6
    )
    with Image.open(buffer) as decoded:
        return from_pillow(decoded)


def few_colours(image: torch.Tensor, colours: int, *, dithered: bool) -> torch.Tensor:
    """By a palette of the picture's own (median cut)."""
    dither = Image.Dither.FLOYDSTEINBERG if dithered else Image.Dither.NONE
    picture = as_pillow(image)
    palette = picture.quantize(colours, method=Image.Quantize.MEDIANCUT)
    return from_pillow(picture.quantize(palette=palette, dither=dither))
