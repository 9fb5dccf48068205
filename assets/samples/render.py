"""Render the sample pictures: python assets/samples/render.py [OUT_DIR].

Every scene is built in linear light at twice its final size and photographed by `camera`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Array = npt.NDArray[np.float64]
Rng = np.random.Generator
Shape = tuple[int, int]
WIDE, TALL = (750, 1000), (1000, 750)
WORDS = """the light of a late afternoon falls on paper and every fibre throws its own small shadow
while letters keep still between wide margins as quiet rows of ink that wait for someone to read
them aloud near an open window where dust is moving slowly over old wood"""


def linear(srgb: Array) -> Array:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def colour(code: str) -> Array:
    return linear(np.array(list(bytes.fromhex(code)), float) / 255)


def ramp(value: Array, codes: str) -> Array:
    stops = np.array([colour(code) for code in codes.split()])
    at = np.linspace(0, 1, len(stops))
    return np.stack([np.interp(value, at, channel) for channel in stops.T], -1)


def mix(below: Array, above: Array, cover: Array) -> Array:
    return below + (above - below) * cover[..., None]


def smooth(start: float, end: float, value: Array) -> Array:
    t = np.clip((value - start) / (end - start), 0, 1)
    return t * t * (3 - 2 * t)


def grid(shape: Shape) -> tuple[Array, Array]:
    y, x = np.mgrid[: shape[0], : shape[1]]
    return y / shape[0], x / shape[1]


def fractal(rng: Rng, shape: Shape, slope: float, stretch: float = 1.0) -> Array:
    """Unit-variance noise with amplitude f**-slope; a stretch above 1 draws it out along x."""
    fy, fx = np.fft.fftfreq(shape[0])[:, None], np.fft.rfftfreq(shape[1])[None]
    frequency = np.hypot(fy, fx * stretch)
    frequency[0, 0] = np.inf
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal(shape)) * frequency**-slope, shape)
    return np.asarray((field - field.mean()) / field.std(), float)


def blur(image: Array, sd: float) -> Array:
    pad = int(3 * sd) + 1
    flat = image[..., None] if image.ndim == 2 else image
    big = np.pad(flat, ((pad, pad), (pad, pad), (0, 0)), mode="symmetric")
    fy, fx = np.fft.fftfreq(big.shape[0])[:, None], np.fft.rfftfreq(big.shape[1])[None]
    pass_band = np.exp(-2 * (np.pi * sd) ** 2 * (fy**2 + fx**2))[..., None]
    spectrum = np.fft.rfft2(big, axes=(0, 1)) * pass_band
    out = np.fft.irfft2(spectrum, big.shape[:2], axes=(0, 1))[pad:-pad, pad:-pad]
    return np.asarray(out.reshape(image.shape), float)


def lookup(texture: Array, y: Array, x: Array) -> Array:
    """Bilinear sample of a texture that repeats."""
    h, w = texture.shape[:2]
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    fy, fx = y - top, x - left
    if texture.ndim == 3:
        fy, fx = fy[..., None], fx[..., None]
    rows, cols = (top % h, (top + 1) % h), (left % w, (left + 1) % w)
    upper = texture[rows[0], cols[0]] * (1 - fx) + texture[rows[0], cols[1]] * fx
    lower = texture[rows[1], cols[0]] * (1 - fx) + texture[rows[1], cols[1]] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, float)


def relief(height: Array, sun: tuple[float, float, float]) -> Array:
    """Lambert shade of a height map; the sun is (right, down, up)."""
    dy, dx = np.gradient(height)
    lit = (sun[2] - dx * sun[0] - dy * sun[1]) / np.sqrt(1 + dx**2 + dy**2)
    return np.asarray(np.clip(lit / np.linalg.norm(sun), 0, None), float)


def terrain(height: Array, shape: Shape, eye: float, horizon: float) -> tuple[Array, Array]:
    """Map position (away, across) seen by each pixel looking over a height map; sky is inf."""
    h, w = shape
    steps = np.geomspace(15, 0.95 * len(height), 1200)
    bearing = (np.arange(w) - w / 2) / w
    across = steps[:, None] * bearing + height.shape[1] / 2
    rise = lookup(height, np.repeat(steps[:, None], w, 1), across) - eye
    skyline = np.maximum.accumulate(rise / steps[:, None])
    wanted = (horizon * h - np.arange(h)) / w
    columns = [np.interp(wanted, skyline[:, i], steps, right=np.inf) for i in range(w)]
    away = np.stack(columns, 1)
    return away, np.where(np.isfinite(away), away, 0) * bearing + height.shape[1] / 2


def clouds(rng: Rng, shape: Shape, horizon: float, sky: str, cover: float) -> Array:
    y, x = grid(shape)
    far = 1 / (np.clip(horizon - y, 0, None) + 0.12)
    field = fractal(rng, (1024, 1024), 1.55)
    away, across = far * 105, (x - 0.5) * far * 150
    density = lookup(field, away, across)
    shade = lookup(blur(field, 6), away - 7, across - 7)
    thick = smooth(0.9 - cover, 2.3 - cover, density)
    white = ramp(np.clip(0.62 + 0.2 * density - 0.36 * shade, 0, 1), "5f6a7c a9adb8 fff4e6 ffffff")
    return mix(ramp(np.clip(y / horizon, 0, 1), sky), white, thick * smooth(0, 0.12, horizon - y))


def hills(rng: Rng) -> Array:
    land = fractal(rng, (1024, 1024), 2.1) * 17
    wood = smooth(0.1, 0.25, fractal(rng, (1024, 1024), 1.5))
    crowns = fractal(rng, (1024, 1024), 0.7)
    bumpy = land + wood * (2.5 + crowns * 0.8) + np.linspace(-25, 45, 1024)[:, None]
    away, across = terrain(bumpy, WIDE, 34, 0.42)
    near = np.where(np.isfinite(away), away, 0)
    field = fractal(rng, (1024, 1024), 1.2)
    grass = ramp(0.5 + 0.22 * field, "3d5a1e 6f8a2c a8a548 d0b765")
    map_colour = mix(grass, ramp(0.5 + 0.2 * crowns, "10240c 23401a 3d5a20"), wood)
    map_colour *= (0.15 + relief(bumpy, (-0.9, 0.3, 0.6)))[..., None]
    tufts = fractal(rng, (512, 512), 0.75)
    detail = (
        1
        + 0.2 * lookup(tufts, near * 7, across * 7)
        + 0.12 * lookup(tufts.T, near * 23, across * 23)
    )
    ground = lookup(map_colour, near, across) * detail[..., None]
    haze = 1 - np.exp(-near / 700)
    ground = mix(ground, np.ones_like(ground) * colour("b9c6d8"), haze)
    sky = clouds(rng, WIDE, 0.5, "2a5f9e 5c93c8 a9c8de e4dfd2", 0.75)
    return np.where(np.isfinite(away)[..., None], ground, sky)


def lake(rng: Rng) -> Array:
    shape, shore = (490, 1000), 0.93
    crest = sum(
        gain * (1 - np.abs(fractal(rng, (1024, 1024), slope)))
        for slope, gain in ((2.4, 75), (2.0, 30), (1.8, 9))
    )
    rock = fractal(rng, (1024, 1024), 1.5)
    y, x = np.mgrid[:1024, :1024].astype(float)
    peak = np.exp(-(((x - 590) / 150) ** 2) - ((y - 720) / 170) ** 2)
    far = smooth(330, 700, y)
    land = blur(
        far * (20 + 0.75 * crest + peak * (150 + 0.7 * crest)) - 14 * (1 - far) + 1.2 * rock, 0.8
    )
    away, across = terrain(land, shape, 6, shore)
    near = np.where(np.isfinite(away), away, 0)
    steep = np.hypot(*np.gradient(blur(land, 2)))
    snow = smooth(-12, 25, land - 105 + 9 * rock - 22 * steep)
    stone = ramp(0.5 + 0.2 * rock, "2b2a2c 57504a 7d7468")
    forest = smooth(75, 40, land + 9 * rock)
    map_colour = mix(
        mix(stone, np.ones(3) * colour("f4f6fb"), snow), np.ones(3) * colour("22361f"), forest
    )
    map_colour *= (0.2 + 1.3 * relief(land, (-1.0, -0.45, 0.6)))[..., None]
    crowns = 1 + 0.3 * forest * fractal(rng, (1024, 1024), 0.5)
    map_colour *= np.clip(crowns + 0.1 * rock, 0.2, 2)[..., None]
    air = 1 - np.exp(-np.clip(near - 200, 0, None) / 2200)
    ground = mix(lookup(map_colour, near, across), np.ones(3) * colour("9db7d6"), air)
    sky = clouds(rng, shape, 1.1, "1d4f93 4d86c2 a8c6e0 f0dcc4", 0.45)
    upper = np.where(np.isfinite(away)[..., None], ground, sky)[: int(shore * 490)]
    mist = 0.4 * np.exp(-np.arange(len(upper), 0.0, -1) / 16)[:, None] * np.ones(1000)
    upper = mix(upper, np.ones(3) * colour("b4c4d0"), mist)
    return np.concatenate([upper, water(rng, upper, 750 - len(upper))])


def water(rng: Rng, scene: Array, rows: int) -> Array:
    """The scene mirrored in rippled water that comes closer towards the bottom."""
    y, x = grid((rows, scene.shape[1]))
    depth = 1 / (y + 0.04)
    ripple = lookup(fractal(rng, (1024, 1024), 1.05, 0.5), depth * 160, (x - 0.5) * depth * 160)
    swing = ripple * (2 + 26 * y)
    mirror_row = np.clip(len(scene) - 1 - y * rows * 1.25 + swing, 0, len(scene) - 2)
    image = lookup(scene, mirror_row, x * scene.shape[1] + 0.25 * swing)
    deep = np.ones(3) * colour("0e2a33")
    return mix(image * 0.85, deep, np.clip(0.12 + 0.5 * y + 0.11 * ripple, 0, 1))


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


Edge = Callable[[Array, Array], Array]
Skin = Callable[[Array, Array], Array]


def stamp(
    canvas: Array,
    at: tuple[float, float],
    size: float,
    turn: float,
    edge: Edge,
    skin: Skin,
    shadow: float = 0.6,
) -> None:
    """Lay one thing on the canvas: edge(u, v) < 0 is inside it, skin(u, v) its colour."""
    reach = size * 1.3 + 3
    top, left = max(0, int(at[0] - reach)), max(0, int(at[1] - reach))
    part = canvas[top : max(0, int(at[0] + reach)), left : max(0, int(at[1] + reach))]
    if not part.size:
        return
    y, x = np.mgrid[: part.shape[0], : part.shape[1]]
    dy, dx = (y + top - at[0]) / size, (x + left - at[1]) / size
    c, s = np.cos(turn), np.sin(turn)
    u, v = dx * c + dy * s, dy * c - dx * s
    su, sv = u - 0.09 * (c + s), v - 0.09 * (c - s)
    dark = 1 - shadow * smooth(0.16, -0.12, edge(su, sv))
    part[:] = mix(part * dark[..., None], skin(u, v), np.clip(0.5 - edge(u, v) * size, 0, 1))


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


def anywhere(rng: Rng, shape: Shape) -> tuple[float, float]:
    return rng.uniform(-0.1, 1.1) * shape[0], rng.uniform(-0.1, 1.1) * shape[1]


def pick(rng: Rng, codes: str) -> Array:
    return colour(str(rng.choice(codes.split())))


def felt(rng: Rng, texture: Array, size: float, turn: float) -> Skin:
    palette = "e8dcc0 b03a2e 2e6f8e 3f7d4e d9a441 5b3a29 20242c 7f8f9a c8683c 8e5572 f3f0e8 445a2c"
    tint = pick(rng, palette) * rng.uniform(0.5, 1.3) * rng.uniform(0.8, 1.2, 3)
    (oy, ox), lit, rough = rng.uniform(0, 512, 2), rng.uniform(0.1, 0.55), rng.uniform(0.08, 0.4)

    def skin(u: Array, v: Array) -> Array:
        grain = np.exp(rough * lookup(texture, v * size + oy, u * size + ox))
        light = 0.8 - lit * ((u + v) * np.cos(turn) - v * np.sin(turn))
        return np.asarray(tint * (grain * np.clip(light, 0.1, None))[..., None], float)

    return skin


LEAVES = (
    "5a1a10 a8371a d9722a",
    "6b4a12 c58a1e f0c64a",
    "3a2414 6f4a2a a27a4c",
    "2f4a1a 6d8030 b9a63c",
    "4a1414 86231f c44a2c",
)


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


def layer(image: Image.Image) -> tuple[Array, Array]:
    """Linear colour and coverage of an RGBA drawing."""
    data = np.asarray(image, float) / 255
    return linear(data[..., :3]), data[..., 3]


def over(scene: Array, image: Image.Image, defocus: float, gain: Array | float = 1.0) -> Array:
    paint, cover = layer(image)
    light = np.concatenate([paint * gain * cover[..., None], cover[..., None]], -1)
    soft = blur(light, defocus)
    return np.asarray(scene * (1 - soft[..., 3:]) + soft[..., :3], float)


def hexed(rgb: Array) -> tuple[int, int, int, int]:
    r, g, b = np.clip(rgb, 0, 255).astype(int).tolist()
    return r, g, b, 255


def meadow(rng: Rng) -> Array:
    y = grid(WIDE)[0]
    scene = ramp(np.clip(y * 1.6, 0, 1), "bcd6ea e9e6cf 9fae62 5f7a2c")
    woods = smooth(-0.5, 0.5, fractal(rng, WIDE, 1.6) + 26 * (y - 0.2))
    scene = blur(
        mix(
            scene,
            ramp(0.5 + 0.2 * fractal(rng, WIDE, 1.2), "1d3315 46602a 87963f"),
            woods * smooth(0.5, 0.3, y),
        ),
        7,
    )
    for depth in np.linspace(0, 1, 9):
        image = Image.new("RGBA", WIDE[::-1])
        draw = ImageDraw.Draw(image)
        for _ in range(int(1500 - 1150 * depth)):
            blade(draw, rng, depth)
        for _ in range(int(60 - 52 * depth)):
            flower(draw, rng, depth)
        scene = over(
            scene, image, 0.5 + 9 * abs(depth - 0.62) ** 1.3, 0.65 + 0.6 * (1 - y)[..., None]
        )
    return scene


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
        draw.polygon(
            [(float(a), float(b)) for a, b in quad], fill=hexed(tint * shade * (0.45 + 0.6 * t[i]))
        )


def flower(draw: ImageDraw.ImageDraw, rng: Rng, depth: float) -> None:
    size = 3.5 + 24 * depth * rng.uniform(0.7, 1.1)
    x, y = rng.uniform(0, 1000), 310 + 380 * depth**1.3 - rng.uniform(0.1, 0.6) * 300 * depth
    draw.line([(x, y), (x + size, y + 9 * size)], fill=(70, 100, 35, 255), width=int(1 + 3 * depth))
    kinds = ([206, 44, 30], [240, 236, 226], [236, 190, 40], [98, 92, 190])
    tint = np.array(kinds[rng.choice(4, p=[0.45, 0.3, 0.15, 0.1])]) * rng.uniform(0.8, 1.05)
    for angle in np.linspace(0, 6.28, 9)[:-1] + rng.uniform(0, 1):
        px, py, r = x + 0.6 * size * np.cos(angle), y + 0.38 * size * np.sin(angle), 0.42 * size
        draw.ellipse(
            (px - r, py - r * 0.75, px + r, py + r * 0.75),
            fill=hexed(tint * (0.82 - 0.2 * np.sin(angle))),
        )
    draw.ellipse(
        (x - 0.3 * size, y - 0.25 * size, x + 0.3 * size, y + 0.2 * size),
        fill=hexed(np.array([70, 50, 20]) + (tint.sum() > 500) * np.array([140, 110, 0])),
    )


def branch(
    draw: ImageDraw.ImageDraw,
    rng: Rng,
    at: tuple[float, float],
    angle: float,
    size: float,
    wide: float,
    tips: list[tuple[float, float]],
) -> None:
    """A limb that bends in short pieces, then forks until twigs remain."""
    x, y = at
    for _ in range(4):
        angle += rng.normal(0, 0.07)
        nx, ny = x + size / 4 * np.sin(angle), y - size / 4 * np.cos(angle)
        draw.line([(x, y), (nx, ny)], fill=255, width=max(1, round(wide)))
        if wide > 3:
            draw.ellipse((nx - wide / 2, ny - wide / 2, nx + wide / 2, ny + wide / 2), fill=255)
        x, y, wide = nx, ny, wide * 0.955
    if wide < 1.3 or size < 9:
        tips.append((x, y))
        return
    for side in (-1, 1):
        spread = side * rng.uniform(0.15, 0.6)
        branch(
            draw,
            rng,
            (x, y),
            angle * 0.92 + spread,
            size * rng.uniform(0.66, 0.88),
            wide * rng.uniform(0.55, 0.8),
            tips,
        )


def forest(rng: Rng) -> Array:
    y, x = grid(TALL)
    glow = np.exp(-((x - 0.62) ** 2 / 0.06 + (y - 0.38) ** 2 / 0.14))
    scene = ramp(np.clip(0.25 + 0.75 * glow - 0.25 * y, 0, 1), "6f8088 a9b3ad f1e6c4 fffbe8")
    scene = mix(scene, litter(rng, TALL), smooth(0.6, 0.75, y))
    for depth in np.linspace(0, 1, 6):
        scene = trees(rng, scene, float(depth), glow)
    rays = fractal(rng, (1, 1024), 0.8)[0]
    angle = np.arctan2(y + 0.35, x - 0.75) * 1800
    beams = np.clip(lookup(np.tile(blur(rays[None], 9), (2, 1)), 0 * y, angle), 0, None)
    return scene + (0.17 * beams * np.exp(-2 * y))[..., None] * colour("ffeebb")


def litter(rng: Rng, shape: Shape) -> Array:
    y, x = grid(shape)
    away = 1 / np.clip(y - 0.52, 0.04, 1)
    leaves = lookup(fractal(rng, (1024, 1024), 0.75), away * 130, (x - 0.5) * away * 380)
    patches = lookup(fractal(rng, (1024, 1024), 1.4), away * 60, (x - 0.5) * away * 90)
    ground = ramp(0.5 + 0.2 * leaves, "1d120a 5e3516 a4622a d69a50")
    return np.asarray(ground * (0.55 + 0.45 * smooth(-0.6, 1, patches))[..., None], float)


def trees(rng: Rng, scene: Array, depth: float, glow: Array) -> Array:
    mask, tips = Image.new("L", TALL[::-1]), list[tuple[float, float]]()
    foot = 650 + 300 * depth**1.5
    for spot in rng.permutation(9)[: 8 - int(5 * depth)]:
        at = (spot * 90 + rng.uniform(-30, 60), foot + 12)
        grown = rng.uniform(0.75, 1.15) * (130 + 190 * depth)
        branch(ImageDraw.Draw(mask), rng, at, rng.normal(0, 0.04), grown, 9 + 50 * depth**1.3, tips)
    rows = np.arange(1000.0)[:, None] - foot - 9 * fractal(rng, TALL, 1.1)
    wood = np.asarray(mask, float) / 255 * smooth(10, -14, rows)
    scene = scene * (1 - 0.9 * blur(wood, 16) * np.exp(-((rows / 45) ** 2)))[..., None]
    inner = blur(wood, 2 + 9 * depth)
    bark = fractal(rng, TALL, 1.0, 5.0) if depth < 0.3 else fractal(rng, TALL[::-1], 1.0, 6.0).T
    rim = np.clip(0.35 - 4 * (0.5 + 9 * depth) * np.gradient(inner, axis=1), 0.04, 1.2)
    trunk = ramp(np.clip(rim * 0.6 + 0.07 * bark, 0, 1), "0b0907 3b2a1e 8a6a48 d8b37c")
    fog = mix(np.ones(3) * colour("9aa7a4"), np.ones(3) * colour("fff3d0"), glow)
    scene = mix(scene, mix(trunk, fog, np.full(TALL, 0.8 * (1 - depth) ** 1.3)), wood)
    crown = Image.new("RGBA", TALL[::-1])
    draw = ImageDraw.Draw(crown)
    for tx, ty in tips:
        for _ in range(4):
            lx, ly = rng.normal((tx, ty), 10 + 14 * depth)
            r, fade = rng.uniform(1.5, 3) + 3.5 * depth, 0.7 * (1 - depth)
            leaf = np.array([205, 140, 40]) * rng.uniform(0.4, 1.15) + rng.normal(0, 18, 3)
            draw.ellipse(
                (lx - r, ly - 0.7 * r, lx + r, ly + 0.7 * r),
                fill=hexed(leaf * (1 - fade) + 190 * fade),
            )
    return over(scene, crown, 0.6 + 2.5 * max(0.0, depth - 0.75), 0.6 + 0.7 * glow[..., None])


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
    mask, tips = Image.new("L", WIDE[::-1]), list[tuple[float, float]]()
    draw = ImageDraw.Draw(mask)
    branch(draw, rng, (760, 820), -0.35, 260, 60, tips)
    branch(draw, rng, (1010, 500), -1.1, 200, 26, tips)
    for tx, ty in tips:
        for lx, ly in rng.normal((tx, ty), 24, (5, 2)):
            draw.ellipse((lx - 9, ly - 6, lx + 9, ly + 6), fill=255)
    return 1 - 0.95 * blur(np.asarray(mask, float) / 255, 4)


BALLS = (
    (-1.15, 0.62, 0.1, 0.62),
    (0.05, 0.72, 0.75, 0.72),
    (1.2, 0.55, 0.0, 0.55),
    (0.12, 0.4, -0.75, 0.4),
    (-0.62, 0.27, -0.95, 0.27),
    (0.8, 0.24, -0.95, 0.24),
)
SKINS = (
    "7a1414 b52a1c e0a03a",
    "c85a0a ee8a1e f8b048",
    "5a7a1c 9ab83a d8d86a",
    "d8a81c f2d03c fae888",
    "2a1236 4a2458 7a4a86",
    "2a1236 4a2050 8a5a90",
)


def fruit(rng: Rng) -> Array:
    y, x = np.mgrid[:750, :1000].astype(float)
    ray = np.stack([(x - 500) / 1000, (400 - y) / 1000 - 0.34, np.full(WIDE, 1.32)], -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    eye = np.array([0.0, 2.05, -5.6])
    table = np.where(ray[..., 1] < -1e-3, -eye[1] / np.minimum(ray[..., 1], -1e-3), 1e3)
    back = (2.6 - eye[2]) / ray[..., 2]
    spot = eye + ray * np.minimum(table, back)[..., None]
    scene = np.where((table < back)[..., None], cloth(rng, spot), wall(rng, spot))
    scene = scene * (daylight(spot, -1) * sky_seen(spot))[..., None]
    nearest = np.full(WIDE, np.inf)
    for i in range(len(BALLS)):
        ball(rng, i, eye, ray, scene, nearest)
    return stems(scene)


def ball(rng: Rng, kind: int, eye: Array, rays: Array, scene: Array, nearest: Array) -> None:
    """Put one fruit into the scene wherever it is the nearest."""
    centre, r = np.array(BALLS[kind][:3]), BALLS[kind][3]
    offset = eye - centre
    miss = np.sqrt(np.clip(offset @ offset - (rays @ offset) ** 2, 0, None))
    rows, cols = np.nonzero(miss < r + 0.01)
    box = np.s_[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1]
    ray, miss = rays[box], miss[box]
    reach = -(ray @ offset) - np.sqrt(np.clip(r**2 - miss**2, 0, None))
    cover = smooth(r + 0.002, r - 0.002, miss) * (reach < nearest[box])
    nearest[box] = np.where(cover > 0.5, reach, nearest[box])
    point = eye + ray * reach[..., None]
    scene[box] = mix(scene[box], peel(rng, kind, point, (point - centre) / r, ray), cover)


def stems(scene: Array) -> Array:
    image = Image.new("RGBA", WIDE[::-1])
    draw = ImageDraw.Draw(image)
    for (cx, cy, cz, r), bend in zip(BALLS[:3:2], (14, -10), strict=True):
        depth = (cz - 0.2 * r + 5.6) / 1.32
        x, y = 500 + 1000 * cx / depth, 400 - 1000 * ((cy + 0.94 * r - 2.05) / depth + 0.34)
        for i in range(30):
            px, py, size = x + bend * (i / 30) ** 2, y - 1.6 * i, 3.2 + 0.002 * i * i
            brown = np.array([120 - 3 * size, 84, 48]) * (1.1 - 0.012 * i)
            draw.ellipse((px - size, py - size, px + size, py + size), fill=hexed(brown))
    return over(scene, image, 0.8, 0.8)


def cloth(rng: Rng, spot: Array) -> Array:
    u, v = spot[..., 0] * 110, spot[..., 2] * 110
    fold = lookup(fractal(rng, (1024, 1024), 2.1, 0.6), v * 0.9, u * 0.9)
    weave = np.sin(u * 1.9 + 2 * fold) * np.sin(v * 1.9) * np.exp(-((spot[..., 2] + 2) ** 2) / 9)
    check = 0.5 * (np.sin(u / 17 + 0.4 * fold) > 0.55) + 0.5 * (np.sin(v / 17 + 0.4 * fold) > 0.55)
    dye = ramp(check, "e9e2d4 8fa6c0 3f6390")
    return np.asarray(dye * (0.85 + 0.14 * fold + 0.13 * weave)[..., None], float)


def wall(rng: Rng, spot: Array) -> Array:
    patina = lookup(fractal(rng, (512, 512), 1.15), spot[..., 1] * 130, spot[..., 0] * 130)
    return ramp(0.42 - 0.12 * spot[..., 0] + 0.09 * patina, "1c1a18 4a4438 857a62 b5a888")


LAMP = np.array([-0.68, 0.62, -0.4])


def daylight(point: Array, own: int) -> Array:
    """Share of a wide window to the left that the other balls leave visible."""
    lit = np.ones(point.shape[:2])
    for i, (cx, cy, cz, r) in enumerate(BALLS):
        if i != own:
            to = np.array([cx, cy, cz]) - point
            along = to @ LAMP
            miss = np.sqrt(np.clip((to**2).sum(-1) - along**2, 0, None)) - r
            soft = 0.03 + 0.22 * np.clip(along, 0, None)
            lit *= 1 - smooth(soft, -soft, miss) * smooth(0, 0.3, along)
    return 0.1 + 0.9 * lit


def sky_seen(point: Array) -> Array:
    seen = np.ones(point.shape[:2])
    for cx, cy, cz, r in BALLS:
        far = np.linalg.norm(point - (cx, cy, cz), axis=-1) / r
        seen *= 1 - 0.5 / np.clip(far, 1, None) ** 4
    return seen


def peel(rng: Rng, kind: int, point: Array, normal: Array, ray: Array) -> Array:
    patch = lookup(fractal(rng, (512, 512), 1.3), normal[..., 1] * 120, normal[..., 0] * 120)
    streak = lookup(fractal(rng, (512, 512), 0.9, 0.1), normal[..., 1] * 40, normal[..., 0] * 130)
    pores = lookup(fractal(rng, (512, 512), 0.4), normal[..., 1] * 150, normal[..., 0] * 150)
    body = ramp(
        0.45 + 0.14 * patch + (0.14 * streak if kind in (0, 2) else 0.08 * pores), SKINS[kind]
    )
    facing = normal @ LAMP
    diffuse = np.clip(facing * 0.85 + 0.15, 0, None) * daylight(point, kind)
    mirror = ray - 2 * (ray * normal).sum(-1)[..., None] * normal
    rough = (0.022 if kind in (1, 3) else 0.008) * pores
    window = smooth(0.85, 0.99, mirror @ LAMP + rough) * 0.4
    sheen = 0.12 * np.clip(1 + (ray * normal).sum(-1), 0, 1) ** 3
    bounce = 0.1 + 0.14 * np.clip(-normal[..., 1], 0, 1)
    ground = 0.35 + 0.65 * smooth(0, 0.5, point[..., 1])
    dimple = 0.75 if kind in (0, 2) else 0.3 * (kind == 1)
    ground *= 1 - dimple * smooth(0.3, 0.05, np.hypot(normal[..., 0], normal[..., 2] + 0.25))
    return np.asarray(
        body * ((diffuse + bounce) * ground)[..., None] + (window + sheen)[..., None], float
    )


def camera(rng: Rng, light: Array, grade: str, contrast: float) -> Image.Image:
    """Expose, vignette, blur, shrink by two, add shot noise and apply the tone curve."""
    h, w = light.shape[:2]
    y, x = np.mgrid[:h, :w]
    corner = ((y - h / 2) ** 2 + (x - w / 2) ** 2) / (h**2 + w**2) * 4
    seen = blur(np.clip(light, 0, None) * (1 - 0.28 * corner)[..., None], 1.15)
    small = seen.reshape(h // 2, 2, w // 2, 2, 3).mean((1, 3)) * colour(grade)
    black, white = np.percentile(small.mean(-1), (0.2, 99.2))
    exposed = np.clip((small - 0.85 * black) / (white - 0.85 * black), 0, None)
    # Real dyes and sensors mix the channels: pure colours look painted.
    exposed = mix(exposed, exposed.mean(-1, keepdims=True), np.full(exposed.shape[:2], 0.14))
    noise = rng.standard_normal(exposed.shape) * 0.009 * np.sqrt(exposed + 0.0008)
    film = exposed**contrast + noise
    rolled = np.where(film > 0.7, 1 - 0.3 * np.exp((0.7 - film) / 0.3), np.clip(film, 0, 1))
    srgb = np.where(rolled < 0.0031308, 12.92 * rolled, 1.055 * rolled ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.round(srgb * 255).astype(np.uint8))


# Painter, colour cast and contrast of each picture; the position seeds its generator.
PICTURES: dict[str, tuple[Callable[[Rng], Array], str, float]] = {
    "dead-leaves.jpg": (dead_leaves, "fffaf2", 1.0),
    "fallen-leaves.jpg": (fallen_leaves, "fff4e4", 0.95),
    "hills.png": (hills, "fffaf0", 1.1),
    "lake.jpg": (lake, "f6faff", 1.1),
    "meadow.jpg": (meadow, "fff8e8", 1.1),
    "forest.jpg": (forest, "fff6e6", 1.0),
    "city.jpg": (city, "f4f4ff", 0.85),
    "page.jpg": (page, "fff6ea", 0.9),
    "bricks.jpg": (bricks, "fff8f0", 0.95),
    "pebbles.jpg": (pebbles, "f8fbff", 0.95),
    "dunes.jpg": (dunes, "fff6ea", 1.1),
    "fruit.png": (fruit, "fff4e6", 0.95),
}
# Stored on its side, as a phone held upright does.
SIDEWAYS = "forest.jpg"


def render(name: str) -> Image.Image:
    painter, grade, contrast = PICTURES[name]
    rng = np.random.default_rng([20240, list(PICTURES).index(name)])
    return camera(rng, painter(rng), grade, contrast)


def save(name: str, folder: Path) -> None:
    picture, exif = render(name), Image.Exif()
    if name == SIDEWAYS:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    if name.endswith(".png"):
        picture.save(folder / name, optimize=True)
    else:
        picture.save(folder / name, quality=92, subsampling="4:2:0", optimize=True, exif=exif)


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        save(name, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
