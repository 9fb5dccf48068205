"""One image or pair as `measure` reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augscore.keys import ImageId

Json = Mapping[str, object]


@dataclass(frozen=True)
class ViewReading:
    """How far one view lies from its reference.

    strength            raw reading, ≥ 0; the identity is exactly 0
    strength_noise_sd   sd of the Gaussian noise that reads the same, pixels in [0, 1]; None when
                        `noise_bound` says why: "below_floor" (no effect) or "past_ladder"
    strength_relative   over the median between two different images of the same source; None for
                        a source of one image
    score_shift         change of the mean log score norm, signed: noise raises it, blur lowers it
    pixel_rms           root mean square pixel difference, [0, 1]
    one_minus_ssim      1 − SSIM, [0, 2]
    draw                what the policy did: one {op, applied, magnitudes} a step, with its `stage`
                        in the container that chose it, `branches` for a mix; None for pairs
    """

    strength: float
    strength_noise_sd: float | None
    noise_bound: str | None
    strength_relative: float | None
    score_shift: float
    pixel_rms: float
    one_minus_ssim: float
    draw: tuple[Json, ...] | None


@dataclass(frozen=True)
class ImageRow:
    """One image and its views; `score_norm` has one value for each of the model's σ.

    `label` is its class, `digest` that of the file's bytes, and `duplicate_of` the first image
    with the same bytes.
    """

    path: ImageId
    score_norm: tuple[float, ...]
    typicality: float
    notes: tuple[str, ...]
    views: tuple[ViewReading, ...]
    label: str | None = None
    digest: str = ""
    duplicate_of: ImageId | None = None


@dataclass(frozen=True)
class PairRow:
    """An image that was augmented elsewhere, against its original.

    `extras` are further columns of the table that named the pair.
    """

    reference: str
    distorted: str
    typicality: float
    notes: tuple[str, ...]
    reading: ViewReading
    label: str | None = None
    extras: tuple[tuple[str, str], ...] = ()


Row = ImageRow | PairRow


def name_of(row: Row) -> ImageId:
    """The image, or of a pair the distorted one."""
    return row.distorted if isinstance(row, PairRow) else row.path


def original_of(row: Row) -> ImageId:
    """The image that `typicality` tells about."""
    return row.reference if isinstance(row, PairRow) else row.path


def readings_in(row: Row) -> tuple[ViewReading, ...]:
    """One a view; a pair has one."""
    return (row.reading,) if isinstance(row, PairRow) else row.views
