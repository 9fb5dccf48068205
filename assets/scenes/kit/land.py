"""Landscapes from height maps, and the sky above them."""

import numpy as np

from .canvas import Array, Rng, Shape, grid, smooth
from .colours import mix, ramp
from .noise import blur, fractal, lookup


def relief(height: Array, sun: tuple[float, float, float]) -> Array:
    """Lambert shade of a height map; the sun is (right, down, up)."""
    dy, dx = np.gradient(height)
    lit = (sun[2] - dx * sun[0] - dy * sun[1]) / np.sqrt(1 + dx**2 + dy**2)
    return np.asarray(np.clip(lit / np.linalg.norm(sun), 0, None), float)


def terrain(height: Array, shape: Shape, eye: float, horizon: float) -> tuple[Array, Array]:
    """Map position (away, across) seen by each pixel looking over a height map; sky is inf."""
    h, w = shape
    steps = np.geomspace(15, 0.95 * len(height), 1200)
    bearing = (np.arange(w) - w / 2) / w
    across = steps[:, None] * bearing + height.shape[1] / 2
    rise = lookup(height, np.repeat(steps[:, None], w, 1), across) - eye
    skyline = np.maximum.accumulate(rise / steps[:, None])
    wanted = (horizon * h - np.arange(h)) / w
    columns = [np.interp(wanted, skyline[:, i], steps, right=np.inf) for i in range(w)]
    away = np.stack(columns, 1)
    return away, np.where(np.isfinite(away), away, 0) * bearing + height.shape[1] / 2


def clouds(rng: Rng, shape: Shape, horizon: float, sky: str, cover: float) -> Array:
    """A sky with clouds on a plane overhead; a larger cover leaves less of the sky."""
    y, x = grid(shape)
    far = 1 / (np.clip(horizon - y, 0, None) + 0.12)
    field = fractal(rng, (1024, 1024), 1.55)
    away, across = far * 105, (x - 0.5) * far * 150
    density = lookup(field, away, across)
    shade = lookup(blur(field, 6), away - 7, across - 7)
    thick = smooth(0.9 - cover, 2.3 - cover, density)
    white = ramp(np.clip(0.62 + 0.2 * density - 0.36 * shade, 0, 1), "5f6a7c a9adb8 fff4e6 ffffff")
    return mix(ramp(np.clip(y / horizon, 0, 1), sky), white, thick * smooth(0, 0.12, horizon - y))
