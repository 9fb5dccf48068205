"""Rippled sand dunes in low sun."""

import numpy as np

from .kit.canvas import WIDE, Array, Rng, smooth
from .kit.colours import colour, mix, ramp
from .kit.land import clouds, relief, terrain
from .kit.noise import blur, fractal, lookup


def dunes(rng: Rng) -> Array:
    y, x = np.mgrid[:1024, :1024].astype(float)
    warp = fractal(rng, (1024, 1024), 2.4)
    phase = (x * 0.8 + y * 0.75 + 75 * warp) / 210 % 1
    profile = smooth(0, 0.7, phase) * smooth(1, 0.7, phase)
    tall = 1 + 0.35 * fractal(rng, (1024, 1024), 2.4)
    land = blur(46 * profile * tall + 6 * warp, 1.5)
    away, across = terrain(land, WIDE, 78, 0.3)
    near = np.where(np.isfinite(away), away, 0)
    shade = lookup(relief(land, (-1.0, 0.25, 0.55)), near, across)
    wave = lookup(warp, near, across)
    ripples = np.sin(near * 2.1 + across * 1.5 + 40 * wave) * np.exp(-near / 160)
    grain = lookup(fractal(rng, (512, 512), 0.6), near * 14, across * 14)
    sand = ramp(
        np.clip(shade * (1 + 0.2 * ripples) + 0.04 * grain, 0, 1.0),
        "2c1a1c 6e3f2a b8733c e0a35a f6cf8c",
    )
    sand = mix(sand, np.ones(3) * colour("dcb9a0"), 1 - np.exp(-near / 1500))
    sky = clouds(rng, WIDE, 0.33, "3a6ea8 7fa6c9 d9c7b4 f0d0a8", -0.1)
    return np.where(np.isfinite(away)[..., None], sand, sky)
