"""Apples, an orange, a lemon and plums on a checked cloth."""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from .kit.canvas import WIDE, Array, Rng, smooth
from .kit.colours import mix, ramp
from .kit.drawing import opaque, over
from .kit.noise import fractal, lookup


class Ball(NamedTuple):
    """A fruit: its centre to the right, up and away, its radius, its dark to light colours."""

    x: float
    y: float
    z: float
    radius: float
    skin: str

    @property
    def centre(self) -> Array:
        return np.array(self[:3])


APPLES = (
    Ball(-1.15, 0.62, 0.1, 0.62, "7a1414 b52a1c e0a03a"),
    Ball(1.2, 0.55, 0.0, 0.55, "5a7a1c 9ab83a d8d86a"),
)
ORANGE = Ball(0.05, 0.72, 0.75, 0.72, "c85a0a ee8a1e f8b048")
LEMON = Ball(0.12, 0.4, -0.75, 0.4, "d8a81c f2d03c fae888")
PLUMS = (
    Ball(-0.62, 0.27, -0.95, 0.27, "2a1236 4a2458 7a4a86"),
    Ball(0.8, 0.24, -0.95, 0.24, "2a1236 4a2050 8a5a90"),
)
BALLS = (APPLES[0], ORANGE, APPLES[1], LEMON, *PLUMS)
# The position of the eye, and the direction towards the window.
EYE, LAMP = np.array([0.0, 2.05, -5.6]), np.array([-0.68, 0.62, -0.4])


def fruit(rng: Rng) -> Array:
    y, x = np.mgrid[:750, :1000].astype(float)
    rays = np.stack([(x - 500) / 1000, (400 - y) / 1000 - 0.34, np.full(WIDE, 1.32)], -1)
    rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
    scene, nearest = room(rng, rays), np.full(WIDE, np.inf)
    for ball in BALLS:
        place(rng, ball, rays, scene, nearest)
    return stems(scene)


def room(rng: Rng, rays: Array) -> Array:
    """The table and the wall behind it, in the shadow of the fruit."""
    table = np.where(rays[..., 1] < -1e-3, -EYE[1] / np.minimum(rays[..., 1], -1e-3), 1e3)
    back = (2.6 - EYE[2]) / rays[..., 2]
    spot = EYE + rays * np.minimum(table, back)[..., None]
    scene = np.where((table < back)[..., None], cloth(rng, spot), wall(rng, spot))
    return np.asarray(scene * (daylight(spot) * sky_seen(spot))[..., None], float)


def place(rng: Rng, ball: Ball, rays: Array, scene: Array, nearest: Array) -> None:
    """Put one fruit into the scene wherever it is the nearest."""
    r, offset = ball.radius, EYE - ball.centre
    miss = np.sqrt(np.clip(offset @ offset - (rays @ offset) ** 2, 0, None))
    rows, cols = np.nonzero(miss < r + 0.01)
    box = np.s_[rows.min() : rows.max() + 1, cols.min() : cols.max() + 1]
    ray, miss = rays[box], miss[box]
    reach = -(ray @ offset) - np.sqrt(np.clip(r**2 - miss**2, 0, None))
    cover = smooth(r + 0.002, r - 0.002, miss) * (reach < nearest[box])
    nearest[box] = np.where(cover > 0.5, reach, nearest[box])
    scene[box] = mix(scene[box], peel(rng, ball, EYE + ray * reach[..., None], ray), cover)


def stems(scene: Array) -> Array:
    """The scene with a stem on each apple."""
    image = Image.new("RGBA", WIDE[::-1])
    draw = ImageDraw.Draw(image)
    for (cx, cy, cz, r, _), bend in zip(APPLES, (14, -10), strict=True):
        depth = (cz - 0.2 * r + 5.6) / 1.32
        x, y = 500 + 1000 * cx / depth, 400 - 1000 * ((cy + 0.94 * r - 2.05) / depth + 0.34)
        for i in range(30):
            px, py, size = x + bend * (i / 30) ** 2, y - 1.6 * i, 3.2 + 0.002 * i * i
            brown = np.array([120 - 3 * size, 84, 48]) * (1.1 - 0.012 * i)
            draw.ellipse((px - size, py - size, px + size, py + size), fill=opaque(brown))
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


def daylight(point: Array, own: Ball | None = None) -> Array:
    """Share of a wide window to the left that the other balls leave visible."""
    lit = np.ones(point.shape[:2])
    for ball in BALLS:
        if ball is not own:
            to = ball.centre - point
            along = to @ LAMP
            miss = np.sqrt(np.clip((to**2).sum(-1) - along**2, 0, None)) - ball.radius
            soft = 0.03 + 0.22 * np.clip(along, 0, None)
            lit *= 1 - smooth(soft, -soft, miss) * smooth(0, 0.3, along)
    return 0.1 + 0.9 * lit


def sky_seen(point: Array) -> Array:
    """Share of the light from all around that the balls leave visible."""
    seen = np.ones(point.shape[:2])
    for ball in BALLS:
        far = np.linalg.norm(point - ball.centre, axis=-1) / ball.radius
        seen *= 1 - 0.5 / np.clip(far, 1, None) ** 4
    return seen


def peel(rng: Rng, ball: Ball, point: Array, ray: Array) -> Array:
    """Colour of a fruit where a ray meets it."""
    normal = (point - ball.centre) / ball.radius
    patch = lookup(fractal(rng, (512, 512), 1.3), normal[..., 1] * 120, normal[..., 0] * 120)
    streak = lookup(fractal(rng, (512, 512), 0.9, 0.1), normal[..., 1] * 40, normal[..., 0] * 130)
    pores = lookup(fractal(rng, (512, 512), 0.4), normal[..., 1] * 150, normal[..., 0] * 150)
    grain = 0.14 * streak if ball in APPLES else 0.08 * pores
    body = ramp(0.45 + 0.14 * patch + grain, ball.skin)
    diffuse = np.clip((normal @ LAMP) * 0.85 + 0.15, 0, None) * daylight(point, ball)
    bounce = 0.1 + 0.14 * np.clip(-normal[..., 1], 0, 1)
    light = (diffuse + bounce) * recess(ball, point, normal)
    rough = (0.022 if ball in (ORANGE, LEMON) else 0.008) * pores
    return np.asarray(body * light[..., None] + gloss(ray, normal, rough)[..., None], float)


def gloss(ray: Array, normal: Array, rough: Array) -> Array:
    """The window mirrored in the skin, and the sheen at its outline."""
    mirror = ray - 2 * (ray * normal).sum(-1)[..., None] * normal
    window = smooth(0.85, 0.99, mirror @ LAMP + rough) * 0.4
    sheen = 0.12 * np.clip(1 + (ray * normal).sum(-1), 0, 1) ** 3
    return np.asarray(window + sheen, float)


def recess(ball: Ball, point: Array, normal: Array) -> Array:
    """Less light near the table and in the dimple on top."""
    ground = 0.35 + 0.65 * smooth(0, 0.5, point[..., 1])
    dimple = 0.75 if ball in APPLES else 0.3 * (ball is ORANGE)
    top = smooth(0.3, 0.05, np.hypot(normal[..., 0], normal[..., 2] + 0.25))
    return ground * (1 - dimple * top)
