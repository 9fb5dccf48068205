"""How well a denoiser denoises photographs that it never saw, against the Wiener denoiser."""

from __future__ import annotations

import torch

from augscore import keys
from augscore.score.crops import CropPool
from augscore.score.denoiser import Denoiser
from augscore.score.wiener import Denoise, ErrorRow, compare_with_wiener, fit_wiener
from augscore.training.score.scales import Scales

SIGMAS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)
WIENER_CROPS = 1024
JUDGED_CROPS = 96
LARGEST_CROP = 128


@torch.inference_mode()
def denoising_errors(
    denoiser: Denoiser, train: CropPool, held_out: CropPool, scales: Scales, *, seed: int
) -> tuple[ErrorRow, ...]:
    """Wiener's spectrum from the training images; both judged on crops of the held-out ones."""
    side = _crop_side(train, held_out, scales)
    spectrum_crops = _crops(train, side, WIENER_CROPS, seed)
    judged = _crops(held_out, side, JUDGED_CROPS, seed)
    noise = torch.stack([keys.normals(i + 1, tuple(judged.shape[1:])) for i in range(len(judged))])
    return compare_with_wiener(
        _in_chunks(denoiser), fit_wiener(spectrum_crops), judged, SIGMAS, noise
    )


def _in_chunks(denoiser: Denoiser, chunk: int = 8) -> Denoise:
    device = next(denoiser.parameters()).device

    def denoise(noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        noisy = noisy.to(torch.float32)
        parts = zip(torch.split(noisy, chunk), torch.split(sigma, chunk), strict=True)
        return torch.cat([denoiser(y.to(device), s.to(device)).cpu() for y, s in parts])

    return denoise


def _crop_side(train: CropPool, held_out: CropPool, scales: Scales) -> int:
    images = train.images + held_out.images
    reachable = min(max(min(p.shape[1:]) for p in scales_of) for scales_of in images)
    return max(scales.crop, min(LARGEST_CROP, reachable) // 16 * 16)


def _crops(pool: CropPool, side: int, count: int, seed: int) -> torch.Tensor:
    images = tuple(
        kept for v in pool.images if (kept := tuple(p for p in v if min(p.shape[1:]) >= side))
    )
    return CropPool(images, side).batch(count=count, step=1, seed=seed).to(torch.float32) / 255
