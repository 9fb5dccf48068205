"""Rounded beach pebbles."""

import numpy as np

from .kit.canvas import WIDE, Array, Rng, anywhere
from .kit.colours import colour, pick
from .kit.noise import fractal, lookup
from .kit.stamps import Edge, Skin, stamp


def pebbles(rng: Rng) -> Array:
    canvas = np.ones((*WIDE, 3)) * colour("2a2622")
    grains = fractal(rng, (512, 512), 0.45), fractal(rng, (512, 512), 1.3, 0.3)
    for i in range(1200):
        size = float(rng.uniform(1 / 90**2, 1 / 16**2) ** -0.5) if i % 4 else rng.uniform(40, 85)
        flat, turn = rng.uniform(0.6, 0.95), rng.uniform(0, 6.3)
        skin = stone(rng, grains, size, turn, flat)
        stamp(canvas, anywhere(rng, WIDE), size, turn, worn_edge(rng, flat), skin, 0.8)
    return canvas


def worn_edge(rng: Rng, flat: float) -> Edge:
    power, (oy, ox) = rng.uniform(2, 2.7), rng.uniform(0, 6.3, 2)

    def edge(u: Array, v: Array) -> Array:
        wobble = 1 + 0.05 * np.sin(2 * u + oy) + 0.04 * np.sin(3 * v + ox)
        far = (np.abs(u) ** power + np.abs(v / flat) ** power) ** (1 / power)
        return np.asarray((far * wobble - 1) * flat, float)

    return edge


def stone(rng: Rng, grains: tuple[Array, Array], size: float, turn: float, flat: float) -> Skin:
    palette = "8c8f94 b9b2a6 5d636b d8d2c4 7a5f4e a07a62 4a5a5e 9aa39a 6b4038 e6e0d2 3a3c42"
    tint = pick(rng, palette) * rng.uniform(0.8, 1.2)
    (oy, ox), band = rng.uniform(0, 512, 2), rng.uniform(0, 0.4)
    c, s = np.cos(turn), np.sin(turn)

    def skin(u: Array, v: Array) -> Array:
        dome = np.sqrt(np.clip(1 - (u**2 + (v / flat) ** 2) ** 1.3, 0.02, 1))
        right, down = u * c - v * s / flat, u * s + v * c / flat
        light = np.clip(0.65 * dome - 0.42 * right - 0.5 * down, 0, None)
        speck = 0.13 * lookup(grains[0], v * size + oy, u * size + ox)
        speck += band * lookup(grains[1], v * 60 + oy, u * 60 + ox)
        gloss = 0.12 * np.exp(-((right + 0.38) ** 2 + (down + 0.42) ** 2) / 0.05)
        return np.asarray(tint * (np.exp(speck) * (0.14 + light))[..., None] + gloss[..., None])

    return skin
