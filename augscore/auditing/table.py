"""What the probe measured: one record an image. Findings and reports are made from this alone."""

from __future__ import annotations

from dataclasses import dataclass

from augscore.auditing.anatomy.part import Part
from augscore.keys import ImageId


@dataclass(frozen=True)
class Reading:
    """How far one picture lies from another: the raw strength of the score reading, the root mean
    square difference of pixels in [0, 1], and the signed shift of the score value (None: not
    asked for)."""

    strength: float
    rms: float
    shift: float | None = None


@dataclass(frozen=True)
class Pixels:
    """Facts of one picture: the sd of its values, the shares of them that lie at 0 or 1 and that
    equal its commonest 8-bit value, and the ends of its range."""

    sd: float
    clipped: float
    constant: float
    low: float
    high: float


@dataclass(frozen=True)
class Fault:
    """An operation broke: `op_raised`, `op_none`, `op_shape`, `op_nan`, `op_range`, `op_hang`,
    `op_mutates` or `op_global_rng`; `part` is a place in the table's parts, None if unknown.

    `detail` holds parameters and the key that make it happen again.
    """

    code: str
    message: str
    part: int | None
    detail: str = ""


@dataclass(frozen=True)
class PartReading:
    """A part that was applied in a view: what it does alone with the magnitudes that were drawn,
    and what the view reads without it (None: not measured)."""

    part: int
    alone: Reading | None
    without: Reading | None = None


@dataclass(frozen=True)
class ViewRecord:
    """One view of an image, drawn as view number `number`.

    `reading` is against the original, None with a `fault`. `applied` names parts by their places;
    `parts` has those that were measured. `digest` tells equal pixels from unequal ones.
    """

    number: int
    reading: Reading | None
    pixels: Pixels | None
    applied: tuple[int, ...]
    parts: tuple[PartReading, ...] = ()
    digest: str = ""
    fault: Fault | None = None


@dataclass(frozen=True)
class LevelRecord:
    """A part alone at one level of one of its axes (both by their places), the rest as drawn."""

    part: int
    axis: int
    level: int
    reading: Reading | None
    pixels: Pixels | None
    fault: Fault | None = None


@dataclass(frozen=True)
class ImageRecord:
    """All that was measured of one image.

    `floor` is the reading of the image against itself as 8-bit pixels, `unrelated` against another
    image of the same data. `between` has a reading for each two consecutive views. `replayed` is
    the largest pixel difference when the draw was made again, None where that was not tried.
    `place` is its rank among the images that the seed drew, `digest` that of its file.
    """

    id: ImageId
    label: str | None
    pixels: Pixels
    floor: Reading
    unrelated: Reading | None
    views: tuple[ViewRecord, ...]
    between: tuple[Reading | None, ...]
    levels: tuple[LevelRecord, ...] = ()
    replayed: float | None = None
    notes: tuple[str, ...] = ()
    place: int = 0
    digest: str = ""


@dataclass(frozen=True)
class IgnoredArgument:
    """An argument that a library warned of and dropped while the policy was built."""

    op: str
    argument: str
    message: str
    line: int | None = None


@dataclass(frozen=True)
class OutOfRange:
    """Stage `op` of a pipeline cut or left the range of what the stage before it returned:
    `before` and `after` are the shares of values outside [0, 1]."""

    op: str
    after_op: str
    before: float
    after: float


@dataclass(frozen=True)
class LoaderFacts:
    """The policy in a real DataLoader, or in the feed of its training run, on one fixed image: how
    many of `samples` views differ with `workers` workers and how many with none, and whether the
    sets of two workers, or the epochs of a feed, coincide. `op` is the transform that repeats
    alone, while others hide it; empty for the policy as a whole. `replays`: whether draws that
    should be the same with and without workers are; True where nothing says that they should."""

    workers: int
    epochs: int
    samples: int
    distinct: int
    distinct_without_workers: int
    workers_coincide: bool
    op: str = ""
    replays: bool = True


@dataclass(frozen=True)
class Table:
    """Everything that findings are made from. `records` stand in the order of the images.

    `pipelines` names, for each view that the policy makes at once, the first one with the same
    pipeline: view number n is drawn by the parts whose `view` is `pipelines[n % len(pipelines)]`.
    """

    parts: tuple[Part, ...]
    records: tuple[ImageRecord, ...]
    pipelines: tuple[int, ...] = (0,)
    ignored_arguments: tuple[IgnoredArgument, ...] = ()
    out_of_range: tuple[OutOfRange, ...] = ()
    loader: LoaderFacts | None = None
