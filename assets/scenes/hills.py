"""Wooded hills fading into haze under broken cloud."""

import numpy as np

from .kit.canvas import WIDE, Array, Rng, smooth
from .kit.colours import colour, mix, ramp
from .kit.land import clouds, relief, terrain
from .kit.noise import fractal, lookup


def hills(rng: Rng) -> Array:
    ground_map, height = wooded(rng)
    away, across = terrain(height, WIDE, 34, 0.42)
    near = np.where(np.isfinite(away), away, 0)
    ground = lookup(ground_map, near, across) * tufts(rng, near, across)[..., None]
    haze = 1 - np.exp(-near / 700)
    ground = mix(ground, np.ones_like(ground) * colour("b9c6d8"), haze)
    sky = clouds(rng, WIDE, 0.5, "2a5f9e 5c93c8 a9c8de e4dfd2", 0.75)
    return np.where(np.isfinite(away)[..., None], ground, sky)


def wooded(rng: Rng) -> tuple[Array, Array]:
    """Colour and height of hills seen from straight above."""
    land = fractal(rng, (1024, 1024), 2.1) * 17
    wood = smooth(0.1, 0.25, fractal(rng, (1024, 1024), 1.5))
    crowns = fractal(rng, (1024, 1024), 0.7)
    height = land + wood * (2.5 + crowns * 0.8) + np.linspace(-25, 45, 1024)[:, None]
    grass = ramp(0.5 + 0.22 * fractal(rng, (1024, 1024), 1.2), "3d5a1e 6f8a2c a8a548 d0b765")
    cover = mix(grass, ramp(0.5 + 0.2 * crowns, "10240c 23401a 3d5a20"), wood)
    return cover * (0.15 + relief(height, (-0.9, 0.3, 0.6)))[..., None], height


def tufts(rng: Rng, near: Array, across: Array) -> Array:
    """Light and dark too fine for the map, in two sizes."""
    noise = fractal(rng, (512, 512), 0.75)
    coarse = 0.2 * lookup(noise, near * 7, across * 7)
    return 1 + coarse + 0.12 * lookup(noise.T, near * 23, across * 23)
