"""The untouched images of a study and what the network sees of them: looked at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from augscore.images.resize import to_float
from augscore.keys import ImageId
from augscore.strength.readings import Description, score_value
from augscore.strength.scorer import Scorer
from augscore.strength.sight import chunk_size

_YARDSTICK_IMAGES = 32


@dataclass(frozen=True)
class Originals:
    """N images of one size: `pixels` (N, 3, S, S) uint8 or float in [0, 1], `described` their
    windows, both on the CPU. Their randomness follows `ids` alone."""

    ids: tuple[ImageId, ...]
    pixels: torch.Tensor
    described: Description

    @staticmethod
    def of(scorer: Scorer, pixels: torch.Tensor, ids: Sequence[ImageId] | None = None) -> Originals:
        """`ids`: by default 0 to N − 1. Raises TensorError as `Scorer`."""
        names = tuple(range(len(pixels))) if ids is None else tuple(ids)
        return Originals(names, pixels.cpu(), scorer.describe(pixels))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def side(self) -> int:
        return int(self.pixels.shape[-1])

    def floats(self, places: Sequence[int], device: torch.device) -> torch.Tensor:
        """float32 (B, 3, S, S) in [0, 1] of the images at some places."""
        return to_float(self.pixels[list(places)].to(device))


def score_values(scorer: Scorer, images: torch.Tensor) -> torch.Tensor:
    """(B,) score value S: the mean over σ of ln(σ · score norm), nats, on the CPU."""
    return score_value(scorer.score_norm(images), scorer.sigmas)


def together(scorer: Scorer, side: int) -> int:
    """As many views of this side, px, as the network sees at once: it pads what is less."""
    seen = min(side, scorer.calibration.lens.working_size)
    return chunk_size(torch.empty(0, 3, seen, seen, device=scorer.device))


def unrelated_strength(scorer: Scorer, originals: Originals) -> float:
    """Median strength between two different images, of the first 32; of two at least."""
    some = originals.described[: min(len(originals), _YARDSTICK_IMAGES)]
    count = len(some)
    left, right = torch.triu_indices(count, count, offset=1).tolist()
    return float(scorer.compare(some[left], some[right]).median())
