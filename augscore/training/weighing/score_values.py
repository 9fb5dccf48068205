"""Score norms of all views in as few network passes as there are sizes: the fast way of weighing.

As `augscore.strength.sight.score_norms`, but at 64 px and below, in bf16 where the device favours
it, and not independent of the batch to the last bit. The same batch gives the same bits.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.errors import UsageError
from augscore.images.resize import resize
from augscore.runtime import favours_bf16
from augscore.score.denoiser import Denoiser

LARGEST_SIDE = 64
"""px; larger views are brought to it, antialiased: a pass costs as its pixels."""

SMALLEST_SIDE = 16
"""px, of what the denoiser takes."""

_AT_ONCE = 512
_SMALLEST = 1e-6


def fast(device: torch.device) -> torch.autocast:
    """bf16 within, where the device favours it."""
    return torch.autocast(device.type, torch.bfloat16, enabled=favours_bf16(device))


@torch.no_grad()
def score_norms(
    denoiser: Denoiser, views: Sequence[torch.Tensor], sigmas: Sequence[float]
) -> torch.Tensor:
    """(V, N, L) float32 root mean square score of V views (N, 3, S, S) at L σ, 1/pixel units.

    UsageError (`weighting_size`) for views below 16 px.
    """
    small = [at_most(view, LARGEST_SIDE) for view in views]
    sides = [view.shape[-1] for view in small]
    if min(sides) < SMALLEST_SIDE:
        raise too_small(min(sides), SMALLEST_SIDE)
    norms: list[torch.Tensor] = [small[0]] * len(small)
    for side in dict.fromkeys(sides):
        places = [place for place, own in enumerate(sides) if own == side]
        together = torch.cat([small[place] for place in places])
        for place, part in zip(
            places, _norms(denoiser, together, sigmas).chunk(len(places)), strict=True
        ):
            norms[place] = part
    return torch.stack(norms)


def log_scores(norms: torch.Tensor, sigmas: Sequence[float]) -> torch.Tensor:
    """(…, L) score norms → (…): the mean over σ of ln(σ · norm), nats, which has no unit."""
    levels = torch.tensor(sigmas, device=norms.device)
    return (norms * levels).clamp_min(_SMALLEST).log().mean(dim=-1)


def at_most(images: torch.Tensor, side: int) -> torch.Tensor:
    """float32 (B, 3, S, S) of a side of at most `side` px."""
    images = images.detach().to(torch.float32)
    return resize(images, side, side) if images.shape[-1] > side else images


def too_small(side: int, wanted: int) -> UsageError:
    return UsageError(
        f"views of {side} px are too small to be weighed: {wanted} px or more are needed",
        code="weighting_size",
        hint="Give a larger --size, or another weighting, such as pixel",
    )


def _norms(denoiser: Denoiser, images: torch.Tensor, sigmas: Sequence[float]) -> torch.Tensor:
    """(B, L)."""
    parts = [_part(denoiser, part, sigmas) for part in torch.split(images, _AT_ONCE)]
    return torch.cat(parts)


def _part(denoiser: Denoiser, images: torch.Tensor, sigmas: Sequence[float]) -> torch.Tensor:
    device = images.device
    images = images.contiguous(memory_format=torch.channels_last)
    norms = []
    for level in sigmas:
        sigma = torch.full((len(images),), level, device=device)
        # The preconditioning, and with it the score, stays in float32.
        with fast(device):
            score = denoiser.score(images, sigma)
        norms.append(score.square().flatten(1).mean(dim=1).sqrt())
    return torch.stack(norms, dim=1)
