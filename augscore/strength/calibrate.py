"""Measure a calibration from clean images: channel standards, noise ladders, floor, clean norms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from augscore import keys
from augscore.images.resize import bring_to_size
from augscore.runtime import Progress, ProgressSink
from augscore.score.crops import DrawnCrops
from augscore.score.denoiser import Denoiser
from augscore.strength.calibration import Calibration
from augscore.strength.harmless import HARMLESS_QUALITY, re_encoded
from augscore.strength.ladder import Ladder, fit_ladder, geometric
from augscore.strength.readings import (
    Description,
    Standards,
    describe,
    log_norms,
    strength,
    strength_parts,
)
from augscore.strength.sight import SMALLEST_SIDE, Lens, Sight, chunk_size, look, score_norms
from augscore.strength.typicality import CleanNorms, fit_clean_norms

NOISE_SDS = geometric(0.005, 0.5, 12)
NORM_SIGMAS = (0.02, 0.13, 0.7)
SIGMA = 0.07
LOOKS_A_LADDER = len(NOISE_SDS) + 2
_BATCH = 16


def calibrate(
    denoiser: Denoiser, clean: DrawnCrops, working_size: int, progress: ProgressSink
) -> Calibration:
    """`clean`: crops of the working size, 200 of them or more for a steady ladder, of as many
    images as there are: intervals are over images."""
    lens = Lens(working_size, SIGMA, NORM_SIGMAS)
    device = next(denoiser.parameters()).device
    sizes = ladder_sizes(working_size)
    total = len(clean.pixels) * (1 + len(sizes) * LOOKS_A_LADDER)
    counter = _Counter(progress, total)

    def seen(images: torch.Tensor) -> Sight:
        parts = []
        for part in torch.split(images, max(_BATCH, chunk_size(images))):
            parts.append(look(denoiser, part.to(device), lens))
            counter.add(len(part))
        return _joined(parts)

    originals = _as_float(clean.pixels)
    standards = standards_of(seen(originals))
    ladders = []
    for size in sizes:
        resized = bring_to_size(clean.pixels, size)
        ladders.append(_ladder(resized, clean.sources, seen, standards))
    return Calibration(
        lens=lens,
        standards=standards,
        ladders=tuple(ladders),
        clean_norms=_clean_norms(denoiser, originals.to(device), lens),
        crops=len(clean.pixels),
        images=len(set(clean.sources)),
    )


def looks(working_size: int) -> float:
    """Looks at the working size that one clean image costs; smaller sizes count by area."""
    areas = sum((size / working_size) ** 2 for size in ladder_sizes(working_size))
    return 1 + LOOKS_A_LADDER * areas


def ladder_sizes(working_size: int) -> tuple[int, ...]:
    """The working size, its halves, and 32 px: strength of small images reads differently."""
    sizes = [working_size]
    while sizes[-1] // 2 > SMALLEST_SIDE:
        sizes.append(sizes[-1] // 2)
    return tuple(dict.fromkeys([*sizes, SMALLEST_SIDE]))


def standards_of(sight: Sight) -> Standards:
    plain = Standards(
        feature_mean=sight.features.mean(dim=(0, 2, 3)),
        feature_sd=sight.features.std(dim=(0, 2, 3)).clamp_min(1e-6),
        error_mean=sight.errors.mean(dim=(0, 2, 3)),
        error_sd=sight.errors.std(dim=(0, 2, 3)).clamp_min(1e-6),
    )
    parts = strength_parts(*_unrelated_pairs(describe(sight, plain)))
    return replace(plain, unrelated=tuple(parts.median(dim=0).values.tolist()))


def _unrelated_pairs(descriptions: Description) -> tuple[Description, Description]:
    """Each image with three others."""
    count = len(descriptions)
    left = [i for i in range(count) for _ in range(3)]
    right = [(i + hop) % count for i in range(count) for hop in (1, count // 3 + 1, count // 2 + 1)]
    return descriptions[left], descriptions[right]


def _clean_norms(denoiser: Denoiser, clean: torch.Tensor, lens: Lens) -> CleanNorms:
    return fit_clean_norms(log_norms(score_norms(denoiser, clean, lens), lens.norm_sigmas))


def _ladder(
    originals: torch.Tensor,
    sources: Sequence[int],
    seen: Callable[[torch.Tensor], Sight],
    standards: Standards,
) -> Ladder:
    described = describe(seen(originals), standards)

    def strengths(changed: torch.Tensor) -> npt.NDArray[np.float64]:
        other = describe(seen(changed), standards)
        return strength(described, other, standards).to(torch.float64).numpy()

    rungs = np.stack([strengths(noisy(originals, sd)) for sd in NOISE_SDS], axis=1)
    harmless = strengths(re_encoded(originals, HARMLESS_QUALITY))
    return fit_ladder(originals.shape[-1], NOISE_SDS, rungs, harmless, sources)


def noisy(images: torch.Tensor, sd: float) -> torch.Tensor:
    """Gaussian noise, clipped and rounded to 8 bits as in a real image; each has its own field."""
    slot = keys.slot("ladder", 0, "noise")
    field_keys = keys.field_keys(torch.arange(len(images)), slot, seed=0).tolist()
    fields = torch.stack([keys.normals(k, tuple(images.shape[1:])) for k in field_keys])
    return ((images + sd * fields).clamp(0, 1) * 255).round() / 255


def _as_float(images: torch.Tensor) -> torch.Tensor:
    return images.to(torch.float32) / 255


def _joined(parts: list[Sight]) -> Sight:
    return Sight(
        torch.cat([p.features.cpu() for p in parts]),
        torch.cat([p.errors.cpu() for p in parts]),
    )


class _Counter:
    """Turns finished passes into progress."""

    def __init__(self, sink: ProgressSink, total: int) -> None:
        self._sink, self._total, self._done = sink, total, 0

    def add(self, count: int) -> None:
        self._done += count
        self._sink(Progress("calibrating", self._done, self._total, "images"))
