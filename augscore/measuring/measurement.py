"""The result of `measure`, as frozen data: printed, written by `--json`, returned in Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from augscore.images.records import Skipped
from augscore.measuring.row_json import to_record
from augscore.measuring.rows import ImageRow, Json, PairRow

SCHEMA = "augscore.measure/1"
ROWS_IN_JSON = 10_000


@dataclass(frozen=True)
class Spread:
    """Quantiles over all views (or images); 95 % bootstrap interval of the median over images,
    None for fewer than five images."""

    count: int
    median: float
    p05: float
    p95: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class NoiseSpread:
    """The same as an equivalent noise sd; None where the ladder does not reach, and why."""

    median: float | None
    p05: float | None
    p95: float | None
    interval: tuple[float | None, float | None] | None
    floor: float
    ceiling: float
    below_floor: int
    past_ladder: int


@dataclass(frozen=True)
class Summary:
    """`unrelated`: the median strength between two different images of the source.

    `atypical_share` is the share of images with a typicality below 15 %. `outside_clean_range` is
    True when they are more than half, and more than chance allows (four images of four; of fewer
    only such as a clean one is once in a hundred): the readings should not be trusted then. Train
    on the images themselves.
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
class ClassSummary:
    """The images of one class: strength over all their views, and their median typicality."""

    label: str
    images: int
    strength: Spread
    strength_noise_sd: NoiseSpread
    typicality_median: float


@dataclass(frozen=True)
class MeasureConfig:
    """Everything that shapes the numbers, resolved; `policy` and its digest are None for pairs.

    `shard`, written 2/3, says which images of the source were left to this result.
    """

    policy: str | None
    policy_digest: str | None
    views: int
    seed: int
    size: int
    limit: int | None
    sample: int | None
    max_pixels: int
    device: str
    shard: str | None = None


@dataclass(frozen=True)
class ModelIdentity:
    """Which model and which definition of the reading gave the numbers; `doubts` are reasons not
    to trust the model."""

    name: str
    version: str
    sha256: str
    reading: str
    working_size: int
    sigmas: tuple[float, ...]
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataCounts:
    """found = measured + skipped + ignored (+ left_out, where --limit or --sample chose fewer, and
    in a part the images of other shards).

    `distinct` counts measured images without those whose bytes were measured before, `labelled`
    those that belong to a class.
    """

    root: str | None
    found: int
    measured: int
    skipped: int
    ignored: int
    left_out: int
    distinct: int
    labelled: int
    skipped_by_reason: Mapping[str, int]
    ignored_by_reason: Mapping[str, int]
    ignored_extensions: Mapping[str, int]


@dataclass(frozen=True)
class Measurement:
    """`summary` is None when nothing was measured. `classes`: the hardest hit first, by median.

    `images`, `pairs` and `skipped` hold the first 10,000 each; `rows_truncated` says if there
    were more.
    """

    complete: bool
    stopped_by: str | None
    tool: Json
    config: MeasureConfig
    model: ModelIdentity
    data: DataCounts
    summary: Summary | None
    classes: tuple[ClassSummary, ...]
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
            "classes": [asdict(row) for row in self.classes],
            rows: [to_record(row) for row in (self.images or self.pairs)],
            "rows_truncated": self.rows_truncated,
            "skipped": [to_record(row) for row in self.skipped],
        }
