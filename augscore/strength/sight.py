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
    """Both at the working size, of one pass.

    features (B, C, ~H/4, ~W/4): decoder activations of the noisy image
    errors (B, 3, H, W): (x − D(x + σ ε))/σ
    """

    features: torch.Tensor
    errors: torch.Tensor


@torch.inference_mode()
def look(denoiser: Denoiser, images: torch.Tensor, lens: Lens) -> Sight:
    """Float images (B, 3, H, W) in [0, 1], H, W ≥ 32, on the denoiser's device."""
    fine = _at_working_size(images.to(torch.float32), lens.working_size)
    noise = shared_noise(fine.shape[-2:], fine.device)

    def seen(x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        sigma = torch.full((len(x),), lens.sigma, device=x.device)
        denoised, features = denoiser.looked(x + lens.sigma * noise, sigma, FEATURE_LEVEL)
        return features, (x - denoised) / lens.sigma

    return Sight(*both_in_chunks(seen, fine))


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
    (whole,) = _each_in_chunks(lambda x: (function(x),), images)
    return whole


def both_in_chunks(
    function: Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor]], images: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same for a function with two results."""
    first, second = _each_in_chunks(function, images)
    return first, second


def _each_in_chunks(
    function: Callable[[torch.Tensor], tuple[torch.Tensor, ...]], images: torch.Tensor
) -> tuple[torch.Tensor, ...]:
    if len(images) == 0:
        return tuple(part[:0] for part in function(images.new_zeros((1, *images.shape[1:]))))
    size = chunk_size(images)
    parts = [
        [result[: len(part)] for result in function(_padded(part, size))]
        for part in torch.split(images, size)
    ]
    return tuple(torch.cat(results) for results in zip(*parts, strict=True))


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
