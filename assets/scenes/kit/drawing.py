"""Shapes drawn with Pillow, laid over a scene."""

import numpy as np
from PIL import Image, ImageDraw

from .canvas import Array, Rng
from .colours import linear
from .noise import blur

Point = tuple[float, float]


def opaque(rgb: Array) -> tuple[int, int, int, int]:
    """An RGB colour from 0 to 255 in the form in which Pillow takes it."""
    r, g, b = np.clip(rgb, 0, 255).astype(int).tolist()
    return r, g, b, 255


def layer(image: Image.Image) -> tuple[Array, Array]:
    """Linear colour and coverage of an RGBA drawing."""
    data = np.asarray(image, float) / 255
    return linear(data[..., :3]), data[..., 3]


def over(scene: Array, image: Image.Image, defocus: float, gain: Array | float = 1.0) -> Array:
    """The scene behind a drawing that is out of focus and brightened by the gain."""
    paint, cover = layer(image)
    light = np.concatenate([paint * gain * cover[..., None], cover[..., None]], -1)
    soft = blur(light, defocus)
    return np.asarray(scene * (1 - soft[..., 3:]) + soft[..., :3], float)


def branch(
    draw: ImageDraw.ImageDraw,
    rng: Rng,
    start: Point,
    angle: float,
    size: float,
    wide: float,
    tips: list[Point],
) -> None:
    """A limb that forks until twigs remain; their ends are added to the tips."""
    at, angle, wide = limb(draw, rng, start, angle, size, wide)
    if wide < 1.3 or size < 9:
        tips.append(at)
        return
    for side in (-1, 1):
        turned = angle * 0.92 + side * rng.uniform(0.15, 0.6)
        shorter, thinner = size * rng.uniform(0.66, 0.88), wide * rng.uniform(0.55, 0.8)
        branch(draw, rng, at, turned, shorter, thinner, tips)


def limb(
    draw: ImageDraw.ImageDraw, rng: Rng, start: Point, angle: float, size: float, wide: float
) -> tuple[Point, float, float]:
    """Short pieces that bend and taper; where, at which angle and how wide they end."""
    x, y = start
    for _ in range(4):
        angle += rng.normal(0, 0.07)
        nx, ny = x + size / 4 * np.sin(angle), y - size / 4 * np.cos(angle)
        draw.line([(x, y), (nx, ny)], fill=255, width=max(1, round(wide)))
        if wide > 3:
            draw.ellipse((nx - wide / 2, ny - wide / 2, nx + wide / 2, ny + wide / 2), fill=255)
        x, y, wide = nx, ny, wide * 0.955
    return (x, y), angle, wide
