"""A skyline with lit windows at dusk, its river, lights out of focus in front."""

import numpy as np

from .kit.canvas import Array, Rng, grid, smooth
from .kit.colours import colour, mix, pick, ramp
from .kit.noise import blur, fractal, lookup


def city(rng: Rng) -> Array:
    shape = (480, 1000)
    y, _ = grid(shape)
    scene = ramp(np.clip(y, 0, 1), "070b1c 14204a 4a3a68 b0614e f0a060") * 0.35
    haze = fractal(rng, shape, 1.7, 0.5)
    scene = scene * (1 + 0.3 * haze * (1 - y))[..., None]
    for depth in (0.0, 0.4, 0.75, 1.0):
        x = -20.0
        while x < 1000:
            wide = rng.uniform(22, 66) * (0.6 + 0.6 * depth)
            bell = np.exp(-(((x - 560) / 260) ** 2))
            tall = rng.uniform(60, 150) + (1.15 - 0.6 * depth) * 260 * bell * rng.uniform(0.4, 1)
            tower(rng, scene, int(x), int(wide), int(tall), depth)
            x += wide * rng.uniform(0.9, 1.3)
    scene = scene + 0.25 * blur(scene, 12) + 0.12 * blur(scene, 40)
    return bokeh(rng, np.concatenate([scene, river(rng, scene, 270)]))


def tower(rng: Rng, scene: Array, left: int, wide: int, tall: int, depth: float) -> None:
    part = scene[480 - tall :, max(0, left) : max(0, left + wide)]
    if not part.size:
        return
    h, w = part.shape[:2]
    y, x = np.mgrid[:h, :w]
    face = mix(np.ones(3) * colour("3a3350"), np.ones(3) * colour("0c0e16"), np.full((h, w), depth))
    part[:] = face * (0.35 + 0.3 * x / w + 0.25 * y / h)[..., None]
    px, py = rng.integers(4, 7), rng.integers(6, 9)
    floors = rng.beta(0.6, 1.2, (h // py + 1, 1))
    lit = rng.random((h // py + 1, w // px + 1)) < floors
    power = lit * rng.gamma(2, 0.3, lit.shape) * (0.35 + 0.75 * depth)
    pane = (y % py > 2) & (x % px > 1) & (x < w - 2) & (y > 5)
    warm = pick(rng, "ffc070 ffd9a0 ffe8cc cfe0ff ffb050")
    part += (power[y // py, x // px] * pane)[..., None] * warm
    if tall > 260:
        part[3:5, 3:-3] += pick(rng, "ff3040 50a0ff ffd080") * 1.2


def river(rng: Rng, scene: Array, rows: int) -> Array:
    y, x = grid((rows, scene.shape[1]))
    depth = 1 / (y + 0.06)
    wave = lookup(fractal(rng, (1024, 1024), 1.0, 0.4), depth * 150, (x - 0.5) * depth * 130)
    source = len(scene) - 2 - np.clip(y * rows * 1.5 + wave * (12 + 45 * y), 0, len(scene) - 3)
    streaks = blur(scene, 2)
    mirrored = lookup(streaks, source, x * scene.shape[1] + wave * 3)
    sheen = (0.55 + 0.25 * wave) * (1 - 0.35 * y)
    return np.asarray(
        mirrored * np.clip(sheen, 0.05, 1.2)[..., None] + colour("0a1020") * 0.5, float
    )


def bokeh(rng: Rng, scene: Array) -> Array:
    y, x = np.mgrid[:750, :1000]
    for _ in range(34):
        cx, cy, r = rng.uniform(0, 1000), 760 - rng.gamma(2, 40), rng.uniform(16, 62)
        tint = pick(rng, "ff9040 ffc060 ff5038 ffb050 ffe0b0 80b0ff")
        far = np.hypot(y - cy, x - cx)
        disc = smooth(r + 1.5, r - 1.5, far) * (0.7 + 0.5 * smooth(0.75 * r, r, far))
        scene = scene + (disc * rng.uniform(0.03, 0.2))[..., None] * tint
    return scene
