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
        return self.drawn(count=count, step=step, seed=seed).pixels

    def drawn(self, *, count: int, step: int, seed: int) -> DrawnCrops:
        """The same, with the image that each was cut from."""
        draws = keys.uniforms(torch.arange(count), _SLOTS, seed=seed, step=step).tolist()
        sources = tuple(int(image * len(self.images)) for image, *_ in draws)
        crops = [
            self._crop(self.images[source], place)
            for source, (_, *place) in zip(sources, draws, strict=True)
        ]
        return DrawnCrops(torch.stack(crops), sources)

    def _crop(self, scales: tuple[torch.Tensor, ...], draw: list[float]) -> torch.Tensor:
        scale, top, left, flip = draw
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


_SLOTS = [keys.slot("crop", 0, name) for name in ("image", "scale", "top", "left", "flip")]


@dataclass(frozen=True)
class PixelStatistics:
    """Mean and standard deviation of all pixel values, in [0, 1]."""

    mean: float
    sigma_data: float


def pixel_statistics(pool: CropPool, *, seed: int, count: int = 2048) -> PixelStatistics:
    pixels = pool.batch(count=count, step=0, seed=seed).to(torch.float64) / 255
    return PixelStatistics(float(pixels.mean()), float(pixels.std()))
