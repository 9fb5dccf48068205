"""What the score network sees of a batch: the few network passes that all readings share.

Passes run in chunks of one fixed shape (the last is padded), so that a number depends neither on
the batch nor on an image's place in it, bit for bit on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F

from augscore import keys
from augscore.images.resize import resize
from augscore.score.denoiser import Denoiser

SMALLEST_SIDE = 32
FEATURE_LEVEL = 1
_NOISE_KEY = 0x5EED
_CHUNK_PIXELS_CPU = 2 * 224 * 224
_CHUNK_PIXELS_DEVICE = 64 * 224 * 224


@dataclass(frozen=True)
class Lens:
    """At which size and with which σ the network looks (σ in units of pixels in [0, 1]).

    working_size    larger images are brought to this short side (antialiased), smaller ones are not
    sigma           of the noise that both members of a pair get, one fixed draw
    norm_sigmas     at which the score of the clean image is taken
    """

    working_size: int
    sigma: float
    norm_sigmas: tuple[float, ...]


@dataclass(frozen=True)
class Sight:
    """features (B, C, h, w): decoder activations at 1/4 of the fine size, noisy input
    errors (B, 3, h', w'): (x − D(x + σ ε))/σ at the coarse size
    """

    features: torch.Tensor
    errors: torch.Tensor


@torch.inference_mode()
def look(denoiser: Denoiser, images: torch.Tensor, lens: Lens) -> Sight:
    """Float images (B, 3, H, W) in [0, 1], H, W ≥ 32, on the denoiser's device."""
    fine = _at_working_size(images.to(torch.float32), lens.working_size)
    coarse = coarser(fine)
    noise_fine = shared_noise(fine.shape[-2:], fine.device)
    noise_coarse = shared_noise(coarse.shape[-2:], fine.device)

    def features(x: torch.Tensor) -> torch.Tensor:
        sigma = torch.full((len(x),), lens.sigma, device=x.device)
        return denoiser.features(x + lens.sigma * noise_fine, sigma, FEATURE_LEVEL)

    def errors(x: torch.Tensor) -> torch.Tensor:
        sigma = torch.full((len(x),), lens.sigma, device=x.device)
        return (x - denoiser.denoise(x + lens.sigma * noise_coarse, sigma)) / lens.sigma

    return Sight(in_chunks(features, fine), in_chunks(errors, coarse))


@torch.inference_mode()
def score_norms(
    denoiser: Denoiser, images: torch.Tensor, lens: Lens, sigmas: Sequence[float] | None = None
) -> torch.Tensor:
    """(B, L): root mean square over pixels of the score of the clean image at the coarse size.

    1/pixel units; `sigmas` None means the lens's own.
    """
    levels_of = lens.norm_sigmas if sigmas is None else sigmas

    def norms(x: torch.Tensor) -> torch.Tensor:
        levels = [torch.full((len(x),), s, device=x.device) for s in levels_of]
        scores = [denoiser.score(x, level) for level in levels]
        return torch.stack([s.square().flatten(1).mean(dim=1).sqrt() for s in scores], dim=1)

    fine = _at_working_size(images.to(torch.float32), lens.working_size)
    return in_chunks(norms, coarser(fine))


def coarser(images: torch.Tensor) -> torch.Tensor:
    """Area average by 2; images that would fall under 32 px stay as they are."""
    if min(images.shape[-2:]) // 2 < SMALLEST_SIDE:
        return images
    return F.avg_pool2d(images, 2)


def shared_noise(size: Sequence[int], device: torch.device) -> torch.Tensor:
    """The one standard normal field of this size (3, H, W): the same for every image."""
    height, width = size
    return keys.normals(_NOISE_KEY, (3, height, width)).to(device)


def in_chunks(
    function: Callable[[torch.Tensor], torch.Tensor], images: torch.Tensor
) -> torch.Tensor:
    """Apply to fixed-size chunks; the last one is filled up with its own last image."""
    if len(images) == 0:
        return function(images.new_zeros((1, *images.shape[1:])))[:0]
    size = chunk_size(images)
    return torch.cat(
        [function(_padded(part, size))[: len(part)] for part in torch.split(images, size)]
    )


def chunk_size(images: torch.Tensor) -> int:
    """A function of the image shape and the kind of device alone."""
    budget = _CHUNK_PIXELS_CPU if images.device.type == "cpu" else _CHUNK_PIXELS_DEVICE
    return max(1, min(256, budget // (images.shape[-1] * images.shape[-2])))


def _padded(part: torch.Tensor, size: int) -> torch.Tensor:
    missing = size - len(part)
    chunk = torch.cat([part, part[-1:].expand(missing, -1, -1, -1)]) if missing else part
    return chunk.contiguous(memory_format=torch.channels_last)


def _at_working_size(images: torch.Tensor, working_size: int) -> torch.Tensor:
    height, width = images.shape[-2:]
    short_side = min(height, width)
    if short_side <= working_size:
        return images
    scale = working_size / short_side
    return resize(images, round(height * scale), round(width * scale))
