"""RandAugment's operations as Pillow does them: what the published numbers were made with."""

from __future__ import annotations

import math

from PIL import Image, ImageEnhance, ImageOps

from augscore.benching.references.pillow import by_pillow
from augscore.benching.references.record import Bound, Reference
from augscore.benching.references.warps import NEAREST
from augscore.engine.ops.fill import Fill

_SAME = Bound(0.0, 0.0, why="both work on whole levels")
_ROUNDED = Bound(0.6, 1.5, why="PIL cuts to whole levels, the grey and its mean among them")
_SMOOTHED = Bound(0.7, 2.0, why="PIL rounds the smoothed image, and what it makes of it")
_STRETCHED = Bound(0.6, 1.0, why="PIL rounds to whole levels")
_TIES = Bound(0.4, 1.0, 5e-3, "PIL adds up places in fixed point: ties of two pixels go either way")


def shear_x(
    picture: Image.Image, slope: float, interpolation: str, fill: Fill = 0.0
) -> Image.Image:
    return _moved(picture, (1.0, slope, 0.0, 0.0, 1.0, 0.0))


def shear_y(
    picture: Image.Image, slope: float, interpolation: str, fill: Fill = 0.0
) -> Image.Image:
    return _moved(picture, (1.0, 0.0, 0.0, slope, 1.0, 0.0))


def translate_x(picture: Image.Image, pixels: int, fill: Fill = 0.0) -> Image.Image:
    return _moved(picture, (1.0, 0.0, -pixels, 0.0, 1.0, 0.0))


def translate_y(picture: Image.Image, pixels: int, fill: Fill = 0.0) -> Image.Image:
    return _moved(picture, (1.0, 0.0, 0.0, 0.0, 1.0, -pixels))


def rotate(
    picture: Image.Image, degrees: float, interpolation: str, fill: Fill = 0.0
) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.NEAREST)


def brightness(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(factor)


def colour(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Color(picture).enhance(factor)


def contrast(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Contrast(picture).enhance(factor)


def sharpness(picture: Image.Image, factor: float) -> Image.Image:
    return ImageEnhance.Sharpness(picture).enhance(factor)


def solarize(picture: Image.Image, threshold: float) -> Image.Image:
    # The first level that is at or above the threshold.
    return ImageOps.solarize(picture, math.ceil(threshold * 255 - 1e-9))


def _moved(picture: Image.Image, matrix: tuple[float, ...]) -> Image.Image:
    return picture.transform(picture.size, Image.Transform.AFFINE, matrix, Image.Resampling.NEAREST)


RAND_AUGMENT = (
    Reference("ShearX", "PIL", by_pillow(shear_x), _TIES, NEAREST),
    Reference("ShearY", "PIL", by_pillow(shear_y), _TIES, NEAREST),
    Reference("TranslateX", "PIL", by_pillow(translate_x), _SAME),
    Reference("TranslateY", "PIL", by_pillow(translate_y), _SAME),
    Reference("Rotate", "PIL", by_pillow(rotate), _TIES, NEAREST),
    Reference("Brightness", "PIL", by_pillow(brightness), _ROUNDED),
    Reference("Saturation", "PIL", by_pillow(colour), _ROUNDED),
    Reference("Contrast", "PIL", by_pillow(contrast), _ROUNDED),
    Reference("RandomAdjustSharpness", "PIL", by_pillow(sharpness), _SMOOTHED),
    Reference("RandomPosterize", "PIL", by_pillow(ImageOps.posterize), _SAME),
    Reference("RandomSolarize", "PIL", by_pillow(solarize), _SAME),
    Reference("RandomAutocontrast", "PIL", by_pillow(ImageOps.autocontrast), _STRETCHED),
    Reference("RandomEqualize", "PIL", by_pillow(ImageOps.equalize), _SAME),
    Reference("RandomInvert", "PIL", by_pillow(ImageOps.invert), _SAME),
)
