"""Flowers in tall grass, with a shallow depth of field."""

import numpy as np
from PIL import Image, ImageDraw

from .kit.canvas import WIDE, Array, Rng, grid, smooth
from .kit.colours import mix, ramp
from .kit.drawing import opaque, over
from .kit.noise import blur, fractal


def meadow(rng: Rng) -> Array:
    y = grid(WIDE)[0]
    scene = backdrop(rng)
    for depth in np.linspace(0, 1, 9):
        image = Image.new("RGBA", WIDE[::-1])
        draw = ImageDraw.Draw(image)
        for _ in range(int(1500 - 1150 * depth)):
            blade(draw, rng, depth)
        for _ in range(int(60 - 52 * depth)):
            flower(draw, rng, depth)
        defocus = 0.5 + 9 * abs(depth - 0.62) ** 1.3
        scene = over(scene, image, defocus, 0.65 + 0.6 * (1 - y)[..., None])
    return scene


def backdrop(rng: Rng) -> Array:
    """Sky, grass and the edge of a wood, far out of focus."""
    y = grid(WIDE)[0]
    open_land = ramp(np.clip(y * 1.6, 0, 1), "bcd6ea e9e6cf 9fae62 5f7a2c")
    edge = smooth(-0.5, 0.5, fractal(rng, WIDE, 1.6) + 26 * (y - 0.2)) * smooth(0.5, 0.3, y)
    woods = ramp(0.5 + 0.2 * fractal(rng, WIDE, 1.2), "1d3315 46602a 87963f")
    return blur(mix(open_land, woods, edge), 7)


def blade(draw: ImageDraw.ImageDraw, rng: Rng, depth: float) -> None:
    root = 330 + 560 * depth**1.4 + rng.uniform(-25, 25)
    tall, lean = (40 + 330 * depth) * rng.uniform(0.5, 1.1), rng.normal(0, 0.3)
    x, wide = rng.uniform(-60, 1060), 1 + 5.5 * depth
    t = np.linspace(0, 1, 9)
    bx, by, bw = x + lean * tall * t**2, root - tall * t * (1 - 0.15 * t), wide * (1 - t)
    shade = rng.uniform(0.45, 1.15)
    tint = np.array([112, 150, 40]) + rng.normal(0, 1, 3) * (26, 14, 10) + (30 - 30 * depth)
    for i in range(8):
        quad = [
            (bx[i] - bw[i], by[i]),
            (bx[i] + bw[i], by[i]),
            (bx[i + 1] + bw[i + 1], by[i + 1]),
            (bx[i + 1] - bw[i + 1], by[i + 1]),
        ]
        fill = opaque(tint * shade * (0.45 + 0.6 * t[i]))
        draw.polygon([(float(a), float(b)) for a, b in quad], fill=fill)


def flower(draw: ImageDraw.ImageDraw, rng: Rng, depth: float) -> None:
    size = 3.5 + 24 * depth * rng.uniform(0.7, 1.1)
    x, y = rng.uniform(0, 1000), 310 + 380 * depth**1.3 - rng.uniform(0.1, 0.6) * 300 * depth
    draw.line([(x, y), (x + size, y + 9 * size)], fill=(70, 100, 35, 255), width=int(1 + 3 * depth))
    kinds = ([206, 44, 30], [240, 236, 226], [236, 190, 40], [98, 92, 190])
    tint = np.array(kinds[rng.choice(4, p=[0.45, 0.3, 0.15, 0.1])]) * rng.uniform(0.8, 1.05)
    for angle in np.linspace(0, 6.28, 9)[:-1] + rng.uniform(0, 1):
        px, py, r = x + 0.6 * size * np.cos(angle), y + 0.38 * size * np.sin(angle), 0.42 * size
        petal = opaque(tint * (0.82 - 0.2 * np.sin(angle)))
        draw.ellipse((px - r, py - r * 0.75, px + r, py + r * 0.75), fill=petal)
    heart = np.array([70, 50, 20]) + (tint.sum() > 500) * np.array([140, 110, 0])
    middle = (x - 0.3 * size, y - 0.25 * size, x + 0.3 * size, y + 0.2 * size)
    draw.ellipse(middle, fill=opaque(heart))
