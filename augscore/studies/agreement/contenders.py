"""Who is compared: the reading, the same design untrained, and plain distances of pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.strength.reference import one_minus_ssim, pixel_rms
from augscore.strength.scorer import Scorer

Read = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""References uint8 (1 or N, 3, H, W), images (N, 3, H, W) → (N,), more is a stronger change."""

STRENGTH, UNTRAINED, LEVEL = "strength", "untrained", "level number"
_AT_ONCE = 16


@dataclass(frozen=True)
class Contender:
    name: str
    read: Read


def of_scorer(name: str, scorer: Scorer) -> Contender:
    def read(references: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
        described = scorer.describe(references)
        rows = list(range(len(images))) if len(references) > 1 else [0] * len(images)
        parts = [torch.empty(0)]
        for start in range(0, len(images), _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            parts.append(scorer.compare(described[rows[some]], scorer.describe(images[some])))
        return torch.cat(parts)

    return Contender(name, read)


PLAIN = (
    Contender("pixel RMS", lambda references, images: _pixels(pixel_rms, references, images)),
    Contender("1 - SSIM", lambda references, images: _pixels(one_minus_ssim, references, images)),
)
"""No network; what a judge would say if it went by pixels."""


def _pixels(distance: Read, references: torch.Tensor, images: torch.Tensor) -> torch.Tensor:
    pairs = zip(references.expand(len(images), -1, -1, -1), images, strict=True)
    return torch.cat([torch.empty(0), *(distance(_float(a), _float(b)) for a, b in pairs)])


def _float(image: torch.Tensor) -> torch.Tensor:
    return image[None].to(torch.float32) / 255
