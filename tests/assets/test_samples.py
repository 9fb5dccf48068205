"""The sample pictures: what the folder holds, how natural they look, how they came about."""

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageOps

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
SCENES = SAMPLES.parent / "scenes"
NAMES = [
    "bricks.jpg",
    "city.jpg",
    "dead-leaves.jpg",
    "dunes.jpg",
    "fallen-leaves.jpg",
    "forest.jpg",
    "fruit.png",
    "hills.png",
    "lake.jpg",
    "meadow.jpg",
    "page.jpg",
    "pebbles.jpg",
]
TALL = {"fallen-leaves.jpg", "forest.jpg", "page.jpg"}
ORIENTATION = 0x0112


def pixels(picture: Image.Image) -> npt.NDArray[np.float64]:
    return np.asarray(picture, np.float64)


def upright(path: Path) -> Image.Image:
    with Image.open(path) as stored:
        return ImageOps.exif_transpose(stored).convert("RGB")


def spectral_slope(grey: npt.NDArray[np.float64]) -> float:
    """Slope of log power over log frequency, from two cycles a picture to 0.4 a pixel."""
    side = min(grey.shape)
    top, left = (grey.shape[0] - side) // 2, (grey.shape[1] - side) // 2
    square = grey[top : top + side, left : left + side]
    window = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.fft2((square - square.mean()) * window)) ** 2
    cycles = np.fft.fftfreq(side, 1 / side)
    radius = np.hypot(cycles[:, None], cycles)
    edges = np.geomspace(2, 0.4 * side, 11)
    rings = [power[(radius >= a) & (radius < b)].mean() for a, b in pairwise(edges)]
    return float(np.polyfit(np.log(np.sqrt(edges[1:] * edges[:-1])), np.log(rings), 1)[0])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pictures as the script draws them when it is run from another folder."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    command = [sys.executable, "-W", "error", str(SCENES / "render.py"), "out"]
    subprocess.run(command, cwd=elsewhere, check=True)
    return elsewhere / "out"


def test_folder_holds_the_twelve_pictures_alone() -> None:
    files = sorted(path.name for path in SAMPLES.iterdir() if path.is_file())
    assert files == NAMES


def test_pictures_are_small_enough_to_ship() -> None:
    sizes = {name: (SAMPLES / name).stat().st_size for name in NAMES}
    assert sum(sizes.values()) < 1_600_000
    assert all(sizes[name] < 450_000 for name in NAMES if name.endswith(".png"))


@pytest.mark.parametrize("name", NAMES)
def test_picture_has_the_expected_size(name: str) -> None:
    assert upright(SAMPLES / name).size == ((375, 500) if name in TALL else (500, 375))


@pytest.mark.parametrize("name", NAMES)
def test_picture_uses_the_tonal_range(name: str) -> None:
    data = pixels(upright(SAMPLES / name))
    low, high = np.percentile(data, (1, 99))
    assert low < 60
    assert high > 220
    assert data.std() > 30


@pytest.mark.parametrize("name", NAMES)
def test_spectrum_falls_as_in_photographs(name: str) -> None:
    assert -3.5 < spectral_slope(pixels(upright(SAMPLES / name).convert("L"))) < -1.1


def test_one_picture_is_stored_on_its_side() -> None:
    turned: dict[str, Any] = {}
    for name in NAMES:
        with Image.open(SAMPLES / name) as stored:
            if (tag := stored.getexif().get(ORIENTATION, 1)) != 1:
                turned[name] = (tag, stored.size)
    assert turned == {"forest.jpg": (6, (500, 375))}


@pytest.mark.slow
def test_rendering_writes_the_twelve_pictures(rendered: Path) -> None:
    assert sorted(path.name for path in rendered.iterdir()) == NAMES


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_rendering_again_gives_the_committed_pixels(name: str, rendered: Path) -> None:
    again, committed = (pixels(upright(folder / name)) for folder in (rendered, SAMPLES))
    if name.endswith(".png"):
        np.testing.assert_array_equal(again, committed)
    else:
        assert np.abs(again - committed).mean() < 2
