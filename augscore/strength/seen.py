"""What each reading can and cannot see: everyday changes, and how often each reading notices them.

A reading notices a change of an image where it moves farther than JPEG at quality 95, which people
do not see, moves it on 95 % of the images. So 5 % is what that re-encoding gives, and shares of
different readings compare.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch

from augscore.engine.ladder import apply_step
from augscore.engine.nodes import Step
from augscore.strength.harmless import HARMLESS_QUALITY, re_encoded
from augscore.strength.readings import Description, score_shift
from augscore.strength.reference import pixel_rms
from augscore.strength.scorer import Scorer

FALSE_ALARMS = 0.05


@dataclass(frozen=True)
class Change:
    """One thing done to every image; where an erased box lies is drawn for each."""

    name: str
    step: Step


CHANGES = (
    Change("flip, left to right", Step("RandomHorizontalFlip", p=1.0)),
    Change("shift by 1/28 of the side", Step("TranslateX", (("fraction", (1 / 28, 1 / 28)),))),
    Change("shift by 1/4 of the side", Step("TranslateX", (("fraction", (0.25, 0.25)),))),
    Change("rotation by 10 degrees", Step("Rotate", (("degrees", (10.0, 10.0)),))),
    Change("erased box, 1/16 of the area", Step("RandomErasing", (("scale", (1 / 16, 1 / 16)),))),
    Change("blur, sd 1 px", Step("GaussianBlur", (("sigma", (1.0, 1.0)),))),
    Change("noise, sd 0.02", Step("GaussianNoise", (("sd", (0.02, 0.02)),))),
    Change("JPEG, quality 30", Step("JPEG", (("quality", (30.0, 30.0)),))),
    Change(
        "sharpness x 2", Step("RandomAdjustSharpness", (("sharpness_factor", (2.0, 2.0)),), 1.0)
    ),
    Change("brightness x 0.7", Step("Brightness", (("factor", (0.7, 0.7)),))),
    Change("contrast x 0.6", Step("Contrast", (("factor", (0.6, 0.6)),))),
    Change("gray", Step("RandomGrayscale", p=1.0)),
    Change("hue by 0.1 turns", Step("Hue", (("turns", (0.1, 0.1)),))),
    Change("4 bits a channel", Step("RandomPosterize", (("bits", (4.0, 4.0)),))),
    Change("solarize above 0.5", Step("RandomSolarize", (("threshold", (0.5, 0.5)),))),
    Change("inversion", Step("RandomInvert", p=1.0)),
)


@dataclass(frozen=True)
class SeenRow:
    """Of one change: the median strength, and the share of images, 0 to 1, at which it is noticed.

    `noise_sd` is the noise that reads the same as the median; None beyond the ladder or its floor.
    """

    name: str
    median: float
    noise_sd: float | None
    strength: float
    score_gap: float
    typicality: float
    pixel_rms: float


def seen_table(
    scorer: Scorer, images: torch.Tensor, on_change: Callable[[int, int], None]
) -> tuple[SeenRow, ...]:
    """Float images (N, 3, S, S) in [0, 1]; `on_change(done, total)` is told of progress."""
    untouched = _looked_at(scorer, images)
    limits = _moves(scorer, untouched, _looked_at(scorer, re_encoded(images, HARMLESS_QUALITY)))
    bars = torch.quantile(limits, 1 - FALSE_ALARMS, dim=0)
    rows = []
    for done, change in enumerate(CHANGES):
        on_change(done, len(CHANGES))
        moves = _moves(scorer, untouched, _looked_at(scorer, apply_step(images, change.step).cpu()))
        rows.append(_row(scorer, change, moves, bars, images.shape[-1]))
    on_change(len(CHANGES), len(CHANGES))
    return tuple(rows)


@dataclass(frozen=True)
class _Looked:
    images: torch.Tensor
    described: Description
    norms: torch.Tensor
    typicality: torch.Tensor


def _looked_at(scorer: Scorer, images: torch.Tensor) -> _Looked:
    norms = scorer.score_norm(images)
    return _Looked(images, scorer.describe(images), norms, scorer.typicality_of(norms))


def _moves(scorer: Scorer, before: _Looked, after: _Looked) -> torch.Tensor:
    """(N, 4), each ≥ 0: how far strength, score value, typicality and pixels moved."""
    return torch.stack(
        [
            scorer.compare(before.described, after.described),
            score_shift(before.norms, after.norms, scorer.sigmas).abs(),
            (after.typicality - before.typicality).abs(),
            pixel_rms(before.images, after.images),
        ],
        dim=1,
    )


def _row(
    scorer: Scorer, change: Change, moves: torch.Tensor, bars: torch.Tensor, size: int
) -> SeenRow:
    median = float(moves[:, 0].median())
    shares = (moves > bars).to(torch.float64).mean(dim=0).tolist()
    noise_sd, _ = scorer.calibration.ladder_for(size).noise_sd(median)
    return SeenRow(change.name, median, noise_sd, *shares)
