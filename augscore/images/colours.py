"""A loaded Pillow image of any mode → uint8 RGB (3, H, W)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image

_BAND_PIXELS = 4_000_000
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
        return _converted(image), ()
    if image.mode in ("1", "L") and "transparency" not in image.info:
        return _converted(image), ("grey",)
    if image.mode in _SIXTEEN_BIT or (image.mode == "I" and image.format == "PPM"):
        return _levels(image, _from_sixteen_bits), ("grey", "depth16")
    if image.mode == "F":
        return _levels(image, _from_floats), ("grey", "float_image")
    if image.mode == "I":
        raise Unmeasurable("value_range", "32-bit integers without a known range")
    if image.has_transparency_data:
        return _flattened(image)
    return _converted(image), ("cmyk",) if image.mode == "CMYK" else ()


def _bands(image: Image.Image) -> Iterator[tuple[slice, Image.Image]]:
    """The image in bands of rows: what a conversion needs besides its result stays small."""
    width, height = image.size
    rows = max(1, _BAND_PIXELS // width)
    if rows >= height:
        yield slice(None), image
        return
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        yield slice(top, bottom), image.crop((0, top, width, bottom))


def _empty(image: Image.Image) -> torch.Tensor:
    return torch.empty((3, image.height, image.width), dtype=torch.uint8)


def _planes(band: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(band)).permute(2, 0, 1)


def _converted(image: Image.Image) -> torch.Tensor:
    pixels = _empty(image)
    try:
        for rows, band in _bands(image):
            pixels[:, rows] = _planes(band if band.mode == "RGB" else band.convert("RGB"))
    except ValueError as error:
        raise Unmeasurable("unsupported_variant", f"Pillow mode {image.mode}: {error}") from error
    return pixels


def _flattened(image: Image.Image) -> tuple[torch.Tensor, tuple[str, ...]]:
    grey: tuple[str, ...] = ("grey",) if image.mode in ("1", "L", "LA", "La") else ()
    pixels, least, most = _empty(image), 255, 0
    for rows, band in _bands(image):
        rgba = _rgba(band)
        alpha = np.asarray(rgba.getchannel("A"))
        least, most = min(least, int(alpha.min())), max(most, int(alpha.max()))
        white = Image.new("RGBA", rgba.size, (255, 255, 255, 255))
        pixels[:, rows] = _planes(Image.alpha_composite(white, rgba).convert("RGB"))
    if most == 0:
        raise Unmeasurable("fully_transparent", "every pixel is transparent")
    return pixels, grey if least == 255 else (*grey, "alpha_flattened")


def _rgba(band: Image.Image) -> Image.Image:
    if band.mode == "La":
        return band.convert("LA").convert("RGBA")
    return band if band.mode == "RGBA" else band.convert("RGBA")


def _levels(image: Image.Image, function: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """One channel of other numbers, made 8-bit levels and repeated."""
    pixels = _empty(image)
    for rows, band in _bands(image):
        values = np.array(band)
        wide = values if values.dtype == np.float32 else values.astype(np.int64)
        pixels[:, rows] = function(torch.from_numpy(wide))
    return pixels


def _from_sixteen_bits(values: torch.Tensor) -> torch.Tensor:
    return ((values.clamp_(0, 65535) * 255 + 32767) // 65535).to(torch.uint8)


def _from_floats(values: torch.Tensor) -> torch.Tensor:
    if not bool(torch.isfinite(values).all()):
        raise Unmeasurable("value_range", "floating point with NaN or infinite values")
    least, most = float(values.min()), float(values.max())
    if least < 0 or most > 1:
        raise Unmeasurable("value_range", f"floating point in [{least:g}, {most:g}], not [0, 1]")
    return (values * 255).round_().to(torch.uint8)
