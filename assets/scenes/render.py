"""Render the sample pictures: python assets/scenes/render.py [OUT_DIR].

Every scene is built in linear light at twice its final size and photographed by `camera`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

# Run from anywhere, the scenes are found as a part of this checkout.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from assets.scenes.bricks import bricks
from assets.scenes.city import city
from assets.scenes.dead_leaves import dead_leaves
from assets.scenes.dunes import dunes
from assets.scenes.fallen_leaves import fallen_leaves
from assets.scenes.forest import forest
from assets.scenes.fruit import fruit
from assets.scenes.hills import hills
from assets.scenes.kit.camera import camera
from assets.scenes.kit.canvas import Array, Rng
from assets.scenes.lake import lake
from assets.scenes.meadow import meadow
from assets.scenes.page import page
from assets.scenes.pebbles import pebbles

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
    folder = Path(arguments[0]) if arguments else Path(__file__).parents[1] / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    for name in PICTURES:
        save(name, folder)


if __name__ == "__main__":
    main(sys.argv[1:])
