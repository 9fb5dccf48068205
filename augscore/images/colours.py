"""A loaded Pillow image of any mode → uint8 RGB (3, H, W)."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

_SIXTEEN_BIT = frozenset(["I;16", "I;16L", "I;16B", "I;16N"])


class Unmeasurable(Exception):
    """An image that cannot be turned into pixels worth measuring: `reason` and `detail`."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def to_rgb(image: Image.Image) -> tuple[torch.Tensor, tuple[str, ...]]:
    """Pixels as stored (orientation is the caller's) and notes: `grey`, `alpha_flattened`, `cmyk`,
    `depth16`, `float_image`. Raises `Unmeasurable`."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return _planes(image), ()
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return _planes(image.convert("RGB")), ("grey",)
    if image.mode in _SIXTEEN_BIT or (image.mode == "I" and image.format == "PPM"):
        return _sixteen_bit(image), ("grey", "depth16")
    if image.mode == "F":
        return _floating(image), ("grey", "float_image")
    if image.mode == "I":
        raise Unmeasurable("value_range", "32-bit integers without a known range")
    if image.has_transparency_data:
        return _flattened(image)
    if image.mode == "CMYK":
        return _planes(image.convert("RGB")), ("cmyk",)
    return _converted(image), ()


def _planes(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()


def _converted(image: Image.Image) -> torch.Tensor:
    try:
        return _planes(image.convert("RGB"))
    except ValueError as error:
        raise Unmeasurable("unsupported_variant", f"Pillow mode {image.mode}: {error}") from error


def _flattened(image: Image.Image) -> tuple[torch.Tensor, tuple[str, ...]]:
    grey: tuple[str, ...] = ("grey",) if image.mode in ("1", "L", "LA", "La") else ()
    rgba = image.convert("LA").convert("RGBA") if image.mode == "La" else image.convert("RGBA")
    least, most = rgba.getchannel("A").getextrema()
    if most == 0:
        raise Unmeasurable("fully_transparent", "every pixel is transparent")
    if least == 255:
        return _planes(rgba.convert("RGB")), grey
    white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
    return _planes(Image.alpha_composite(white, rgba).convert("RGB")), (*grey, "alpha_flattened")


def _sixteen_bit(image: Image.Image) -> torch.Tensor:
    values = torch.from_numpy(np.array(image).astype(np.int64)).clamp_(0, 65535)
    return _repeat(((values * 255 + 32767) // 65535).to(torch.uint8))


def _floating(image: Image.Image) -> torch.Tensor:
    values = torch.from_numpy(np.array(image))
    if not bool(torch.isfinite(values).all()):
        raise Unmeasurable("value_range", "floating point with NaN or infinite values")
    least, most = float(values.min()), float(values.max())
    if least < 0 or most > 1:
        raise Unmeasurable("value_range", f"floating point in [{least:g}, {most:g}], not [0, 1]")
    return _repeat((values * 255).round_().to(torch.uint8))


def _repeat(plane: torch.Tensor) -> torch.Tensor:
    return plane[None].repeat(3, 1, 1)
