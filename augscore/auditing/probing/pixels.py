"""Facts of a picture's values, and a digest that tells equal pictures from unequal ones."""

from __future__ import annotations

import hashlib

import torch

from augscore.auditing.table import Pixels

_GREY_LEVELS = 256


def pixels_of(image: torch.Tensor) -> Pixels:
    """Of one picture (3, H, W), float in [0, 1]."""
    grey_levels = image.mul(255).round_().clamp_(0, 255).to(torch.int64).flatten()
    counts = torch.bincount(grey_levels, minlength=_GREY_LEVELS)
    low, high = image.aminmax()
    return Pixels(
        sd=float(image.std(correction=0)),
        clipped=float(counts[0] + counts[-1]) / image.numel(),
        constant=float(counts.max()) / image.numel(),
        low=float(low),
        high=float(high),
    )


def digest_of(image: torch.Tensor) -> str:
    """Of its bytes; equal pictures have equal ones."""
    data = image.detach().cpu().contiguous().numpy().tobytes()
    return hashlib.blake2b(data, digest_size=8).hexdigest()
