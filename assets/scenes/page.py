"""A printed page on a wooden desk, seen at an angle in uneven light."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .kit.canvas import TALL, Array, Rng, smooth
from .kit.colours import colour, linear, mix, ramp
from .kit.noise import blur, fractal, lookup

WORDS = """the light of a late afternoon falls on paper and every fibre throws its own small shadow
while letters keep still between wide margins as quiet rows of ink that wait for someone to read
them aloud near an open window where dust is moving slowly over old wood"""


def page(rng: Rng) -> Array:
    y, x = np.mgrid[:1000, :750].astype(float)
    away = 1 + 0.00042 * (1000 - y) + 0.00012 * x
    px, py = (x - 375) * away, (y - 560) * away**1.6
    c, s = np.cos(0.13), np.sin(0.13)
    u, v = px * c - py * s + 450, px * s + py * c + 620
    v = v + 14 * np.sin(u / 290)
    inside = np.minimum(np.minimum(u, 900 - u), np.minimum(v, 1160 - v))
    paper = 0.8 * colour("fff6e4") * (1 + 0.02 * fractal(rng, TALL, 0.7)[..., None])
    text = lookup(printed(rng), np.clip(v, 0, 1158), np.clip(u, 0, 898))
    curl = 0.9 + 0.13 * np.cos(u / 290 + 0.6)
    desk = planks(rng, v * 0.9 + 0.5 * u, u * 0.9 - 0.5 * v) * 0.5
    scene = desk * (1 - 0.75 * smooth(-45, 5, blur(inside, 5)))[..., None]
    scene = mix(scene, paper * (text * curl)[..., None], smooth(-1, 1, inside))
    lamp = np.exp(-(((x - 160) / 560) ** 2) - ((y - 240) / 720) ** 2)
    shade = 1 - 0.7 * smooth(-50, 50, x * 0.8 + y * 0.6 - 960 + 30 * np.sin(y / 90))
    return np.asarray(scene * ((0.12 + lamp) * shade)[..., None] * colour("fff0dc"), float)


def printed(rng: Rng) -> Array:
    """Reflectance of a flat page, 900 wide and 1160 high."""
    page = Image.new("L", (900, 1160), 255)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size=25)
    draw.text((120, 90), "On Looking Slowly", fill=20, font=ImageFont.load_default(size=50))
    for row in range(25):
        line, end = "" if row % 8 else "   ", 330 if row % 8 == 7 else 660
        while draw.textlength(line, font=font) < end - 70:
            line += str(rng.choice(WORDS.split())) + " "
        words, x = line.split(), 120.0 + 40 * (row % 8 == 0)
        slack = end - (x - 120) - sum(draw.textlength(word, font=font) for word in words)
        for word in words:
            draw.text((x, 190 + row * 35), word, fill=28, font=font)
            x += draw.textlength(word, font=font) + np.clip(slack / max(1, len(words) - 1), 6, 18)
    return linear(blur(np.asarray(page, float), 0.7) / 255)


def planks(rng: Rng, y: Array, x: Array) -> Array:
    """Wood at positions in pixels, boards running along x."""
    board = np.floor(y / 150)
    warp = lookup(fractal(rng, (512, 512), 1.9), y * 0.8 + board * 91, x * 0.25 + board * 57)
    rings = 0.5 + 0.5 * np.sin(y % 150 * 0.16 + warp * 5 + board * 2)
    pores = lookup(fractal(rng, (512, 512), 0.7, 12.0), y * 1.3, x * 0.9 + board * 77)
    tone = 0.45 + 0.22 * rings + 0.1 * pores + 0.08 * np.sin(board * 5)
    gap = smooth(0, 5, np.minimum(y % 150, 150 - y % 150) + 0.5)
    return np.asarray(
        ramp(tone, "2a1408 6d3f20 a26a3c c8976a") * (0.15 + 0.85 * gap)[..., None], float
    )
