"""Autumn leaves on the ground in dappled light."""

import numpy as np

from .kit.canvas import TALL, Array, Rng, anywhere, grid, smooth
from .kit.colours import ramp
from .kit.noise import blur, fractal, lookup
from .kit.stamps import Skin, stamp

# From the darkest to the lightest colour of each kind.
LEAVES = (
    "5a1a10 a8371a d9722a",
    "6b4a12 c58a1e f0c64a",
    "3a2414 6f4a2a a27a4c",
    "2f4a1a 6d8030 b9a63c",
    "4a1414 86231f c44a2c",
)


def fallen_leaves(rng: Rng) -> Array:
    canvas = np.full((*TALL, 3), 0.02)
    texture = fractal(rng, (512, 512), 1.1)
    for i in range(420):
        turn, gain = rng.uniform(0, 6.3), rng.uniform(0.5, 1.15) * (0.35 + 0.65 * i / 420)
        skin = leaf(rng, texture, turn, gain)
        stamp(canvas, anywhere(rng, TALL), rng.uniform(45, 125), turn, leaf_edge, skin, 0.75)
    y = grid(TALL)[0]
    dapple = smooth(-0.6, 0.9, blur(fractal(rng, TALL, 1.5), 6) + 0.5 - y)
    return canvas * (0.35 + dapple)[..., None]


def leaf_edge(u: Array, v: Array) -> Array:
    t = np.clip((u + 1) / 2, 0, 1)
    width = 0.62 * np.sin(np.pi * t**0.8) ** 0.85 * (1 + 0.05 * np.sin(u * 34 + 1))
    stalk = np.maximum(np.abs(v) - 0.018, np.abs(u + 1.05) - 0.2)
    return np.minimum(np.abs(v) - width + 0.02, stalk)


def leaf(rng: Rng, texture: Array, turn: float, gain: float) -> Skin:
    codes = str(rng.choice(LEAVES))
    (oy, ox), curl = rng.uniform(0, 512, 2), rng.uniform(-0.5, 0.5)

    def skin(u: Array, v: Array) -> Array:
        side = np.abs(v)
        vein = (u - 0.75 * side) * 15
        veins = np.abs(np.sin(vein)) ** 14 * smooth(0.6, 0.1, side)
        tone = 0.45 + 0.2 * lookup(texture, v * 150 + oy, u * 150 + ox) + 0.25 * veins
        rib = 1 + 0.5 * smooth(0.035, 0.008, side)
        fold = 0.85 + curl * v + 0.12 * np.sign(v) * np.cos(turn) - 0.2 * curl * u
        light = gain * fold * rib * (1 + 0.1 * np.sin(2 * vein))
        return np.asarray(ramp(tone, codes) * light[..., None], float)

    return skin
