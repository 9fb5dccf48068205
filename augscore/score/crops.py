"""Training crops: which crop of which image at which scale is a pure function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore import keys


@dataclass(frozen=True)
class CropPool:
    """Images at several scales, uint8 (3, h, w) each with sides of at least `crop` px."""

    images: tuple[tuple[torch.Tensor, ...], ...]
    crop: int

    def batch(self, *, count: int, step: int, seed: int) -> torch.Tensor:
        """uint8 (count, 3, crop, crop): image, scale, place and flip drawn uniformly."""
        return torch.stack([self._crop(row) for row in _draws(count, step, seed)])

    def drawn(self, *, count: int, step: int, seed: int) -> DrawnCrops:
        """The same, with the image that each was cut from."""
        sources = (int(row[0] * len(self.images)) for row in _draws(count, step, seed))
        return DrawnCrops(self.batch(count=count, step=step, seed=seed), tuple(sources))

    def _crop(self, draw: list[float]) -> torch.Tensor:
        image, scale, top, left, flip = draw
        scales = self.images[int(image * len(self.images))]
        pixels = scales[int(scale * len(scales))]
        y = int(top * (pixels.shape[1] - self.crop + 1))
        x = int(left * (pixels.shape[2] - self.crop + 1))
        window = pixels[:, y : y + self.crop, x : x + self.crop]
        return window.flip(-1) if flip < 0.5 else window


@dataclass(frozen=True)
class DrawnCrops:
    """`pixels` uint8 (N, 3, crop, crop); `sources` (N,) say which are of one image."""

    pixels: torch.Tensor
    sources: tuple[int, ...]


def _draws(count: int, step: int, seed: int) -> list[list[float]]:
    rows: list[list[float]] = keys.uniforms(
        torch.arange(count), _SLOTS, seed=seed, step=step
    ).tolist()
    return rows


_SLOTS = [keys.slot("crop", 0, name) for name in ("image", "scale", "top", "left", "flip")]


@dataclass(frozen=True)
class PixelStatistics:
    """Mean and standard deviation of all pixel values, in [0, 1]."""

    mean: float
    sigma_data: float


def pixel_statistics(pool: CropPool, *, seed: int, count: int = 2048) -> PixelStatistics:
    pixels = pool.batch(count=count, step=0, seed=seed).to(torch.float64) / 255
    return PixelStatistics(float(pixels.mean()), float(pixels.std()))
