"""At which sizes a score network sees its training images.

Readings look at an image at the working size and at half of it, so training covers half to twice
the working size. A photograph is shrunk by 2 or more where it is large enough: JPEG blocks and
demosaicing traces are then gone (they would pass for nature).
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore.images.resize import resize
from augscore.score.crops import CropPool, DrawnCrops

LARGEST_WORKING_SIZE = 224
SMALLEST_SIDE = 32
CROP = 64
_FACTORS = (0.5, 0.5**0.5, 1.0, 2.0**0.5, 2.0)


@dataclass(frozen=True)
class Scales:
    """Working size, training crop, and the short sides that training uses, px."""

    working_size: int
    crop: int
    short_sides: tuple[int, ...]


def choose_scales(short_sides: Sequence[int], size: int | None) -> Scales:
    """`size`, or the median short side (a multiple of 8, at most 224)."""
    median = int(statistics.median(short_sides))
    working = size if size is not None else min(LARGEST_WORKING_SIZE, median // 8 * 8)
    working = max(SMALLEST_SIDE, working)
    smallest = coarse_side(working)
    sides = tuple(s for s in (round(working * f) for f in _FACTORS) if s >= smallest)
    return Scales(working, min(CROP, smallest // 8 * 8), sides)


def coarse_side(working_size: int) -> int:
    """The second size that readings look at: half the working size, but never under 32 px."""
    half = working_size // 2
    return half if half >= SMALLEST_SIDE else working_size


def sides_for(height: int, width: int, scales: Scales) -> tuple[int, ...]:
    """The short sides at which an image of this size is used; empty if it is below the crop."""
    short_side = min(height, width)
    halved = short_side // 2
    largest = halved if halved >= scales.working_size else min(short_side, scales.working_size)
    chosen = tuple(side for side in scales.short_sides if side <= largest)
    if chosen:
        return chosen
    return (short_side,) if short_side >= scales.crop else ()


def at_sides(pixels: torch.Tensor, sides: Sequence[int]) -> tuple[torch.Tensor, ...]:
    """uint8 (3, H, W) → one uint8 image for each short side, aspect kept."""
    height, width = pixels.shape[-2:]
    short_side = min(height, width)
    return tuple(
        resize(
            pixels,
            max(side, round(height * side / short_side)),
            max(side, round(width * side / short_side)),
        ).contiguous()
        for side in sides
    )


def working_crops(pool: CropPool, working_size: int, *, count: int, seed: int) -> DrawnCrops | None:
    """Of S × S px, of images at 1 to 1.5 times the working size; None if none is."""
    largest = 1.5 * working_size
    images = tuple(
        kept
        for scales in pool.images
        if (kept := tuple(p for p in scales if working_size <= min(p.shape[1:]) <= largest))
    )
    if not images:
        return None
    return CropPool(images, working_size).drawn(count=count, step=0, seed=seed)
