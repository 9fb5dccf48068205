"""Packages that stand in for imagecorruptions and scikit-image: as old as the real ones ask for."""

from __future__ import annotations

from pathlib import Path

_CORRUPTIONS = """
import numpy as np
from pkg_resources import resource_filename
from skimage.filters import gaussian

FROST = resource_filename(__name__, "frost.png")


def get_corruption_names(subset):
    assert subset == "all"
    return ["noise", "blur"]


def corrupt(image, severity, name):
    if name == "noise":
        moved = image + 8 * severity * np.random.normal(size=image.shape).astype(np.float_)
    else:
        moved = gaussian(image, sigma=severity, multichannel=True)
    return np.clip(moved, 0, 255).astype(np.uint8)
"""

_FILTERS = """
from scipy import ndimage


def gaussian(image, sigma, mode, truncate, channel_axis=None):
    assert (mode, truncate, channel_axis) == ("nearest", 4.0, -1)
    return ndimage.gaussian_filter(image.astype(float), (sigma, sigma, 0))
"""


def write_packages(folder: Path) -> None:
    for name, text in (
        ("imagecorruptions/__init__.py", _CORRUPTIONS),
        ("skimage/__init__.py", ""),
        ("skimage/filters.py", _FILTERS),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
