"""A snow-capped mountain reflected in a rippled lake."""

import numpy as np

from .kit.canvas import WIDE, Array, Rng, grid, smooth
from .kit.colours import colour, mix, ramp
from .kit.land import clouds, relief, terrain
from .kit.noise import blur, fractal, lookup

# The shore, as rows from the top of the picture and as a part of the view over the land.
SHORE, HORIZON = 455, 0.93


def lake(rng: Rng) -> Array:
    land, rock = mountain(rng)
    scene = view(rng, land, painted(rng, land, rock))[:SHORE]
    mist = 0.4 * np.exp(-np.arange(SHORE, 0.0, -1) / 16)[:, None] * np.ones(WIDE[1])
    scene = mix(scene, np.ones(3) * colour("b4c4d0"), mist)
    return np.concatenate([scene, water(rng, scene, WIDE[0] - SHORE)])


def mountain(rng: Rng) -> tuple[Array, Array]:
    """Height of the land beyond the water, and the roughness of its rock."""
    crest = sum(
        gain * (1 - np.abs(fractal(rng, (1024, 1024), slope)))
        for slope, gain in ((2.4, 75), (2.0, 30), (1.8, 9))
    )
    rock = fractal(rng, (1024, 1024), 1.5)
    y, x = np.mgrid[:1024, :1024].astype(float)
    peak = np.exp(-(((x - 590) / 150) ** 2) - ((y - 720) / 170) ** 2)
    far = smooth(330, 700, y)
    rise = far * (20 + 0.75 * crest + peak * (150 + 0.7 * crest))
    return blur(rise - 14 * (1 - far) + 1.2 * rock, 0.8), rock


def painted(rng: Rng, land: Array, rock: Array) -> Array:
    """Forest, stone and snow by height, as seen from straight above."""
    steep = np.hypot(*np.gradient(blur(land, 2)))
    snow = smooth(-12, 25, land - 105 + 9 * rock - 22 * steep)
    forest = smooth(75, 40, land + 9 * rock)
    stone = ramp(0.5 + 0.2 * rock, "2b2a2c 57504a 7d7468")
    bare = mix(stone, np.ones(3) * colour("f4f6fb"), snow)
    cover = mix(bare, np.ones(3) * colour("22361f"), forest)
    cover *= (0.2 + 1.3 * relief(land, (-1.0, -0.45, 0.6)))[..., None]
    crowns = 1 + 0.3 * forest * fractal(rng, (1024, 1024), 0.5)
    return np.asarray(cover * np.clip(crowns + 0.1 * rock, 0.2, 2)[..., None], float)


def view(rng: Rng, land: Array, cover: Array) -> Array:
    """The land from the other shore, through air that turns it blue."""
    shape = (490, WIDE[1])
    away, across = terrain(land, shape, 6, HORIZON)
    near = np.where(np.isfinite(away), away, 0)
    air = 1 - np.exp(-np.clip(near - 200, 0, None) / 2200)
    ground = mix(lookup(cover, near, across), np.ones(3) * colour("9db7d6"), air)
    sky = clouds(rng, shape, 1.1, "1d4f93 4d86c2 a8c6e0 f0dcc4", 0.45)
    return np.where(np.isfinite(away)[..., None], ground, sky)


def water(rng: Rng, scene: Array, rows: int) -> Array:
    """The scene mirrored in rippled water that comes closer towards the bottom."""
    y, x = grid((rows, scene.shape[1]))
    depth = 1 / (y + 0.04)
    ripple = lookup(fractal(rng, (1024, 1024), 1.05, 0.5), depth * 160, (x - 0.5) * depth * 160)
    swing = ripple * (2 + 26 * y)
    mirror_row = np.clip(len(scene) - 1 - y * rows * 1.25 + swing, 0, len(scene) - 2)
    image = lookup(scene, mirror_row, x * scene.shape[1] + 0.25 * swing)
    deep = np.ones(3) * colour("0e2a33")
    return mix(image * 0.85, deep, np.clip(0.12 + 0.5 * y + 0.11 * ripple, 0, 1))
