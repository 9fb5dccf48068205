"""Bare trunks and last leaves in fog."""

import numpy as np
from PIL import Image, ImageDraw

from .kit.canvas import TALL, Array, Rng, grid, smooth
from .kit.colours import colour, mix, ramp
from .kit.drawing import Point, branch, opaque, over
from .kit.noise import blur, fractal, lookup


def forest(rng: Rng) -> Array:
    y, x = grid(TALL)
    glow = np.exp(-((x - 0.62) ** 2 / 0.06 + (y - 0.38) ** 2 / 0.14))
    scene = ramp(np.clip(0.25 + 0.75 * glow - 0.25 * y, 0, 1), "6f8088 a9b3ad f1e6c4 fffbe8")
    scene = mix(scene, litter(rng), smooth(0.6, 0.75, y))
    for depth in np.linspace(0, 1, 6):
        scene = trees(rng, scene, float(depth), glow)
    return scene + beams(rng)[..., None] * colour("ffeebb")


def beams(rng: Rng) -> Array:
    """Rays of sun that fan out from beyond the upper edge."""
    y, x = grid(TALL)
    rays = blur(fractal(rng, (1, 1024), 0.8), 9)
    angle = np.arctan2(y + 0.35, x - 0.75) * 1800
    bright = np.clip(lookup(np.tile(rays, (2, 1)), 0 * y, angle), 0, None)
    return np.asarray(0.17 * bright * np.exp(-2 * y), float)


def litter(rng: Rng) -> Array:
    """Fallen leaves on ground that runs away from the eye."""
    y, x = grid(TALL)
    away = 1 / np.clip(y - 0.52, 0.04, 1)
    leaves = lookup(fractal(rng, (1024, 1024), 0.75), away * 130, (x - 0.5) * away * 380)
    patches = lookup(fractal(rng, (1024, 1024), 1.4), away * 60, (x - 0.5) * away * 90)
    ground = ramp(0.5 + 0.2 * leaves, "1d120a 5e3516 a4622a d69a50")
    return np.asarray(ground * (0.55 + 0.45 * smooth(-0.6, 1, patches))[..., None], float)


def trees(rng: Rng, scene: Array, depth: float, glow: Array) -> Array:
    """The scene behind one row of trees; depth runs from 0, far, to 1, near."""
    foot = 650 + 300 * depth**1.5
    mask, tips = grow(rng, depth, foot)
    rows = np.arange(1000.0)[:, None] - foot - 9 * fractal(rng, TALL, 1.1)
    wood = mask * smooth(10, -14, rows)
    scene = scene * (1 - 0.9 * blur(wood, 16) * np.exp(-((rows / 45) ** 2)))[..., None]
    fog = mix(np.ones(3) * colour("9aa7a4"), np.ones(3) * colour("fff3d0"), glow)
    trunk = mix(bark(rng, wood, depth), fog, np.full(TALL, 0.8 * (1 - depth) ** 1.3))
    defocus = 0.6 + 2.5 * max(0.0, depth - 0.75)
    leaves = crown(rng, tips, depth)
    return over(mix(scene, trunk, wood), leaves, defocus, 0.6 + 0.7 * glow[..., None])


def grow(rng: Rng, depth: float, foot: float) -> tuple[Array, list[Point]]:
    """Where there is wood, and where its twigs end."""
    mask, tips = Image.new("L", TALL[::-1]), list[Point]()
    draw, wide = ImageDraw.Draw(mask), 9 + 50 * depth**1.3
    for spot in rng.permutation(9)[: 8 - int(5 * depth)]:
        at = (spot * 90 + rng.uniform(-30, 60), foot + 12)
        size = rng.uniform(0.75, 1.15) * (130 + 190 * depth)
        branch(draw, rng, at, rng.normal(0, 0.04), size, wide, tips)
    return np.asarray(mask, float) / 255, tips


def bark(rng: Rng, wood: Array, depth: float) -> Array:
    """The trunks, lit from the right where they are round."""
    inner = blur(wood, 2 + 9 * depth)
    rough = fractal(rng, TALL, 1.0, 5.0) if depth < 0.3 else fractal(rng, TALL[::-1], 1.0, 6.0).T
    rim = np.clip(0.35 - 4 * (0.5 + 9 * depth) * np.gradient(inner, axis=1), 0.04, 1.2)
    return ramp(np.clip(rim * 0.6 + 0.07 * rough, 0, 1), "0b0907 3b2a1e 8a6a48 d8b37c")


def crown(rng: Rng, tips: list[Point], depth: float) -> Image.Image:
    """A few leaves around every tip."""
    image = Image.new("RGBA", TALL[::-1])
    draw = ImageDraw.Draw(image)
    for tip in tips:
        for _ in range(4):
            x, y = rng.normal(tip, 10 + 14 * depth)
            r, fade = rng.uniform(1.5, 3) + 3.5 * depth, 0.7 * (1 - depth)
            leaf = np.array([205, 140, 40]) * rng.uniform(0.4, 1.15) + rng.normal(0, 18, 3)
            fill = opaque(leaf * (1 - fade) + 190 * fade)
            draw.ellipse((x - r, y - 0.7 * r, x + r, y + 0.7 * r), fill=fill)
    return image
