"""Who is compared: the reading, the same design untrained, and plain distances of pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from augscore.images.resize import to_float
from augscore.strength.reference import one_minus_ssim, pixel_rms
from augscore.strength.scorer import Scorer
from augscore.studies.figures.originals import together

Against = Callable[[Sequence[int], torch.Tensor], torch.Tensor]
"""Places of references and images (B, 3, H, W), one a place → (B,), more is a stronger change."""
Distance = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
"""Float (B, 3, H, W) in [0, 1], twice → (B,)."""

STRENGTH, UNTRAINED, LEVEL = "strength", "untrained", "level number"


@dataclass(frozen=True)
class Contender:
    """`look`: at references (N, 3, H, W), once, and then at any images against them; both uint8,
    or float in [0, 1]."""

    name: str
    look: Callable[[torch.Tensor], Against]


def of_scorer(name: str, scorer: Scorer) -> Contender:
    def look(references: torch.Tensor) -> Against:
        described = scorer.describe(references)

        def against(places: Sequence[int], images: torch.Tensor) -> torch.Tensor:
            at_once = together(scorer, min(images.shape[-2:]))
            parts = [torch.empty(0)]
            for start in range(0, len(images), at_once):
                some = slice(start, start + at_once)
                seen = scorer.describe(images[some])
                parts.append(scorer.compare(described[list(places[some])], seen))
            return torch.cat(parts)

        return against

    return Contender(name, look)


def of_distance(name: str, distance: Distance) -> Contender:
    """Pair by pair."""

    def look(references: torch.Tensor) -> Against:
        def against(places: Sequence[int], images: torch.Tensor) -> torch.Tensor:
            pairs = zip(places, images, strict=True)
            values = (distance(to_float(references[p, None]), to_float(i[None])) for p, i in pairs)
            return torch.cat([torch.empty(0), *values])

        return against

    return Contender(name, look)


PLAIN = (of_distance("pixel RMS", pixel_rms), of_distance("1 - SSIM", one_minus_ssim))
"""No network; what a judge would say if it went by pixels."""
