"""Subjects → rows. The network works on whole batches; each number is then made from one image
alone, so that the batch cannot change its last bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.engine.augment import views_of
from augscore.engine.policy import Policy
from augscore.images.labels import Labels, folder_label
from augscore.images.resize import bring_to_size, upsampled_note
from augscore.measuring.rows import ImageRow, Json, PairRow, ViewReading
from augscore.measuring.subjects import Subject, distorted_of
from augscore.strength.readings import Description, score_shift
from augscore.strength.reference import one_minus_ssim, pixel_rms
from augscore.strength.scorer import Scorer


@dataclass(frozen=True)
class Unit:
    """The scorer, the size in px at which it looks, and the yardstick of relative strength."""

    scorer: Scorer
    size: int
    unrelated: float | None


@dataclass(frozen=True)
class Seen:
    """A batch and what the network sees of it: pixels (B, 3, S, S), windows, score norms (B, L)."""

    pixels: torch.Tensor
    described: Description
    norms: torch.Tensor


def references_of(subjects: list[Subject], size: int) -> torch.Tensor:
    """float32 (B, 3, size, size) in [0, 1]."""
    return torch.stack([bring_to_size(s.reference, size) for s in subjects])


def read_views(
    subjects: list[Subject],
    unit: Unit,
    policy: Policy,
    *,
    views: int,
    seed: int,
    labels: Labels = folder_label,
) -> list[ImageRow]:
    """Draw the policy `views` times for each image and read every view against its original."""
    drawn_views, draw = views_of(
        [s.reference for s in subjects],
        policy,
        views=views,
        size=unit.size,
        seed=seed,
        ids=[s.id for s in subjects],
    )
    references = _seen(references_of(subjects, unit.size), unit)
    seen_views = [_seen(view, unit) for view in drawn_views]
    rows = []
    for i, subject in enumerate(subjects):
        readings = tuple(
            _reading(references, view, i, unit, tuple(draw.describe(i, k)["steps"]))
            for k, view in enumerate(seen_views)
        )
        rows.append(
            ImageRow(
                subject.id,
                tuple(references.norms[i].tolist()),
                _typicality(references, i, unit),
                (*subject.notes, *upsampled_note(subject.reference, unit.size)),
                readings,
                labels(subject.id) if isinstance(subject.id, str) else None,
                subject.digest,
            )
        )
    return rows


def read_pair(subjects: list[Subject], unit: Unit, labels: Labels = folder_label) -> list[PairRow]:
    """Read every distorted image against its reference."""
    references = _seen(references_of(subjects, unit.size), unit)
    distorted = [bring_to_size(distorted_of(s), unit.size) for s in subjects]
    seen = _seen(torch.stack(distorted), unit)
    return [
        PairRow(
            subject.names[0],
            subject.names[1],
            _typicality(references, i, unit),
            (*subject.notes, *upsampled_note(subject.reference, unit.size)),
            _reading(references, seen, i, unit, None),
            labels(subject.names[0]),
            subject.extras,
        )
        for i, subject in enumerate(subjects)
    ]


def _seen(pixels: torch.Tensor, unit: Unit) -> Seen:
    return Seen(pixels, unit.scorer.describe(pixels), unit.scorer.score_norm(pixels))


def _reading(
    references: Seen, views: Seen, i: int, unit: Unit, draw: tuple[Json, ...] | None
) -> ViewReading:
    one = slice(i, i + 1)
    strength = float(unit.scorer.compare(references.described[one], views.described[one]))
    noise_sd, bound = unit.scorer.calibration.ladder_for(unit.size).noise_sd(strength)
    reference, view = references.pixels[one], views.pixels[one]
    shift = score_shift(references.norms[one], views.norms[one], unit.scorer.sigmas)
    return ViewReading(
        strength=strength,
        strength_noise_sd=noise_sd,
        noise_bound=bound,
        strength_relative=strength / unit.unrelated if unit.unrelated else None,
        score_shift=float(shift),
        pixel_rms=float(pixel_rms(reference, view)),
        one_minus_ssim=float(one_minus_ssim(reference, view)),
        draw=draw,
    )


def _typicality(references: Seen, i: int, unit: Unit) -> float:
    return float(unit.scorer.typicality_of(references.norms[i : i + 1]))
