"""Overlapping textured disks of power-law radius: the dead leaves model."""

import numpy as np

from .kit.canvas import WIDE, Array, Rng, anywhere, grid
from .kit.colours import pick
from .kit.noise import fractal, lookup
from .kit.stamps import Skin, stamp


def dead_leaves(rng: Rng) -> Array:
    canvas = np.full((*WIDE, 3), 0.1)
    textures = [fractal(rng, (512, 512), slope) for slope in (0.7, 1.0, 1.3)]
    for _ in range(5000):
        # Radii whose density falls with the third power make the scene scale invariant.
        size = float(rng.uniform(1 / 300**2, 1 / 8**2) ** -0.5)
        turn = rng.uniform(0, 6.3)
        skin = felt(rng, textures[rng.integers(3)], size, turn)
        stamp(canvas, anywhere(rng, WIDE), size, turn, lambda u, v: np.hypot(u, v) - 1, skin)
    return canvas * (1.15 - 0.5 * grid(WIDE)[1])[..., None]


def felt(rng: Rng, texture: Array, size: float, turn: float) -> Skin:
    palette = "e8dcc0 b03a2e 2e6f8e 3f7d4e d9a441 5b3a29 20242c 7f8f9a c8683c 8e5572 f3f0e8 445a2c"
    tint = pick(rng, palette) * rng.uniform(0.5, 1.3) * rng.uniform(0.8, 1.2, 3)
    (oy, ox), lit, rough = rng.uniform(0, 512, 2), rng.uniform(0.1, 0.55), rng.uniform(0.08, 0.4)

    def skin(u: Array, v: Array) -> Array:
        grain = np.exp(rough * lookup(texture, v * size + oy, u * size + ox))
        light = 0.8 - lit * ((u + v) * np.cos(turn) - v * np.sin(turn))
        return np.asarray(tint * (grain * np.clip(light, 0.1, None))[..., None], float)

    return skin
