"""A sunlit brick wall under the shadow of a tree."""

import numpy as np
from PIL import Image, ImageDraw

from .kit.canvas import WIDE, Array, Rng, smooth
from .kit.colours import colour, mix, ramp
from .kit.drawing import Point, branch
from .kit.land import relief
from .kit.noise import blur, fractal


def bricks(rng: Rng) -> Array:
    y, x = np.mgrid[:750, :1000].astype(float)
    rough = fractal(rng, WIDE, 0.9)
    y = y + 1.2 * x / 100 + 3.0 * blur(rough, 8)
    x = x + 3.0 * blur(fractal(rng, WIDE, 0.9), 8)
    row = np.floor(y / 62).astype(int)
    along = x + 75.0 * (row % 2) + rng.uniform(-6, 6, 40)[row]
    brick = np.floor(along / 150).astype(int)
    dx, dy = along % 150, y % 62
    inside = np.minimum(np.minimum(dx, 150 - dx), np.minimum(dy, 62 - dy)) - 4.5 + 1.3 * rough
    face = smooth(0, 5, inside)
    tone = rng.normal(0.42, 0.14, (40, 40))[row, brick] + 0.09 * rough
    clay = ramp(tone, "3d1a14 8a3a26 b3593a c98a62 d8b394")
    lime = ramp(0.5 + 0.15 * fractal(rng, WIDE, 0.8), "6b655c a39c8e cfc8b8")
    stain = 1 - 0.3 * smooth(0, 1.6, fractal(rng, WIDE, 1.7, 0.4))
    height = 4.5 * face + 0.5 * fractal(rng, WIDE, 1.2) + 0.25 * rough
    sun = relief(height, (-0.8, -0.75, 0.7)) * tree_shadow(rng)
    light = sun[..., None] * colour("ffe2b8") + 0.16 * colour("a8c4f0")
    return np.asarray(mix(lime, clay, face) * stain[..., None] * light, float)


def tree_shadow(rng: Rng) -> Array:
    """Share of the sun that reaches the wall past a tree."""
    mask, tips = Image.new("L", WIDE[::-1]), list[Point]()
    draw = ImageDraw.Draw(mask)
    branch(draw, rng, (760, 820), -0.35, 260, 60, tips)
    branch(draw, rng, (1010, 500), -1.1, 200, 26, tips)
    for tx, ty in tips:
        for lx, ly in rng.normal((tx, ty), 24, (5, 2)):
            draw.ellipse((lx - 9, ly - 6, lx + 9, ly + 6), fill=255)
    return 1 - 0.95 * blur(np.asarray(mask, float) / 255, 4)
