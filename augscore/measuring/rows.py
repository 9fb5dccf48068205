"""The result of `measure`, as frozen data: printed, written by `--json`, returned in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from augscore.images.records import Skipped
from augscore.keys import ImageId

SCHEMA = "augscore.measure/1"
ROWS_IN_JSON = 10_000

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
    draw                what the policy did: one {op, applied, …magnitudes} a step; None for pairs
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
    """One image and its views; `score_norm` has one value for each of the model's σ."""

    path: ImageId
    score_norm: tuple[float, ...]
    typicality: float
    notes: tuple[str, ...]
    views: tuple[ViewReading, ...]


@dataclass(frozen=True)
class PairRow:
    """An image that was augmented elsewhere, against its original."""

    reference: str
    distorted: str
    typicality: float
    notes: tuple[str, ...]
    reading: ViewReading


@dataclass(frozen=True)
class Spread:
    """Quantiles over all views (or images); 95 % bootstrap interval of the median over images."""

    count: int
    median: float
    p05: float
    p95: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class NoiseSpread:
    """The same as an equivalent noise sd; None where the ladder does not reach, and why."""

    median: float | None
    p05: float | None
    p95: float | None
    interval: tuple[float | None, float | None]
    floor: float
    ceiling: float
    below_floor: int
    past_ladder: int


@dataclass(frozen=True)
class Summary:
    """`unrelated`: the median strength between two different images of the source.

    `atypical_share` is the share of images with a typicality below 15 %. `outside_clean_range` is
    True when they are more than half, and more than chance allows (four images of four; never
    fewer than four): the readings should not be trusted then. Train on the images themselves.
    """

    strength: Spread
    strength_noise_sd: NoiseSpread
    strength_relative: Spread | None
    typicality: Spread
    score_shift: Spread
    pixel_rms: Spread
    one_minus_ssim: Spread
    unrelated: float | None
    atypical_share: float
    outside_clean_range: bool


@dataclass(frozen=True)
class MeasureConfig:
    """Everything that shapes the numbers, resolved; `policy` is None for pairs."""

    policy: str | None
    views: int
    seed: int
    size: int
    limit: int | None
    sample: int | None
    device: str


@dataclass(frozen=True)
class ModelIdentity:
    """Which model and which definition of the reading gave the numbers."""

    name: str
    version: str
    sha256: str
    reading: str
    working_size: int
    sigmas: tuple[float, ...]


@dataclass(frozen=True)
class DataCounts:
    """found = measured + skipped + ignored (+ left_out, where --limit or --sample chose fewer)."""

    root: str | None
    found: int
    measured: int
    skipped: int
    ignored: int
    left_out: int
    ignored_by_reason: Mapping[str, int]


@dataclass(frozen=True)
class Measurement:
    """`summary` is None only when nothing was measured before an interruption."""

    complete: bool
    stopped_by: str | None
    tool: Json
    config: MeasureConfig
    model: ModelIdentity
    data: DataCounts
    summary: Summary | None
    images: tuple[ImageRow, ...]
    pairs: tuple[PairRow, ...]
    rows_truncated: bool
    skipped: tuple[Skipped, ...]

    def to_json(self) -> dict[str, object]:
        """The document of schema `augscore.measure/1`; holds no NaN."""
        rows = "pairs" if self.config.policy is None else "images"
        return {
            "schema": SCHEMA,
            "complete": self.complete,
            "stopped_by": self.stopped_by,
            "tool": dict(self.tool),
            "config": asdict(self.config),
            "model": asdict(self.model),
            "data": asdict(self.data),
            "summary": None if self.summary is None else asdict(self.summary),
            rows: [asdict(row) for row in (self.images or self.pairs)],
            "rows_truncated": self.rows_truncated,
            "skipped": [
                {"path": s.name, "reason": s.reason, "detail": s.detail} for s in self.skipped
            ],
        }
