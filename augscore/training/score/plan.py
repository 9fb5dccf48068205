"""What a score run will do, before it starts: files, sizes, device, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from augscore import keys
from augscore.errors import InputError
from augscore.images.batches import auto_workers
from augscore.images.collection import Collection
from augscore.images.find import find
from augscore.images.limits import check_side
from augscore.images.records import Candidate
from augscore.images.resize import LONG_SIDE_CAP
from augscore.keys import ImageId
from augscore.runs.mark import refuse_inputs
from augscore.runtime import pick_device
from augscore.score.fit import FitOptions
from augscore.score.network import Architecture
from augscore.training.score.photo_pool import FEWEST_IMAGES, HELD_OUT_SHARE, MEMORY_BUDGET
from augscore.training.score.scales import SMALLEST_SIDE, Scales, choose_scales
from augscore.training.score.source import Collected, Files, Probe, Source

CALIBRATION_CROPS = 200
LESS_MEMORY = "Give a smaller --size or --batch-size"
_LIBRARIES_BYTES = 600 << 20


@dataclass(frozen=True)
class ScoreRunOptions:
    """`size` None: the median short side, at most 224 px; `limit`: as many images by key."""

    out: Path
    steps: int = 8000
    batch_size: int = 32
    seed: int = 0
    size: int | None = None
    limit: int | None = None
    checkpoint_every: int = 500
    log_every: int = 100
    device: str = "auto"
    workers: int | None = None
    force: bool = False
    architecture: Architecture = field(default_factory=Architecture)


@dataclass(frozen=True)
class ScoreRunPlan:
    """Resolved: images, sizes, device and the expected bytes.

    `images` are at most so many of the `files`: those with a damaged header are not counted, other
    damage shows only on reading.
    """

    options: ScoreRunOptions
    source: Source
    files: int
    images: int
    held_out: int
    scales: Scales
    workers: int
    bf16: bool
    memory_bytes: int
    device: str

    @property
    def working_size(self) -> int:
        return self.scales.working_size

    @property
    def crop(self) -> int:
        return self.scales.crop

    @property
    def fit_options(self) -> FitOptions:
        options = self.options
        return FitOptions(
            steps=options.steps, batch_size=options.batch_size, seed=options.seed, bf16=self.bf16
        )


def plan_score_run(paths: Sequence[Path], options: ScoreRunOptions) -> ScoreRunPlan:
    """Walk the folders and read some headers.

    Raises UsageError for a size beyond reason and an `out` that is one of `paths`, InputError for
    fewer than two images or none of the working size, HostError for a device that is not there.
    """
    check_side(options.size)
    refuse_inputs(options.out, paths, purpose="train on")
    found = tuple(find(paths))
    candidates = [f for f in found if isinstance(f, Candidate)]
    if options.limit is not None and len(candidates) > options.limit:
        candidates = [candidates[i] for i in _chosen([c.name for c in candidates], options)]
        found = tuple(candidates)
    source = Files(found)
    return _planned(source, source.probe(), options)


def plan_collected_run(images: Collection, options: ScoreRunOptions) -> ScoreRunPlan:
    """As `plan_score_run`, of a collection; `options.size` is lowered to what most of its images
    reach."""
    check_side(options.size)
    if options.limit is not None and len(images) > options.limit:
        images = images.select(_chosen(images.ids, options))
    source = Collected(images)
    probe = source.probe()
    if options.size is not None and probe.short_sides:
        options = replace(options, size=min(options.size, max(SMALLEST_SIDE, probe.median)))
    return _planned(source, probe, options)


def _planned(source: Source, probe: Probe, options: ScoreRunOptions) -> ScoreRunPlan:
    files = len(source.names)
    images = files - probe.unreadable
    _refuse_too_few(images, files)
    scales = choose_scales(probe.short_sides, options.size)
    if probe.complete and max(probe.short_sides) < scales.working_size:
        raise too_small(scales.working_size)
    device = pick_device(options.device)
    return ScoreRunPlan(
        options=options,
        source=source,
        files=files,
        images=images,
        held_out=max(1, round(HELD_OUT_SHARE * images)),
        scales=scales,
        workers=auto_workers() if options.workers is None else options.workers,
        bf16=device.type in ("cpu", "cuda"),
        memory_bytes=_memory(images, scales, options.batch_size),
        device=str(device),
    )


def _chosen(names: Sequence[ImageId], options: ScoreRunOptions) -> list[int]:
    """Places of `limit` images by their keys, in their own order: more images never change who else
    is in."""
    limit = options.limit or 0
    chosen = keys.smallest_ranks(names, limit, purpose="sample", seed=options.seed)
    return [place for place, name in enumerate(names) if name in chosen]


def _refuse_too_few(images: int, files: int) -> None:
    if images == 0:
        raise InputError(
            f"no readable image among {files} files",
            code="no_images",
            hint="Give a folder of JPEG or PNG files",
        )
    if images < FEWEST_IMAGES:
        raise too_few_images(images, files - images)


def too_few_images(images: int, skipped: int) -> InputError:
    return InputError(
        f"a score network needs at least {FEWEST_IMAGES} readable images, found {images}",
        code="too_few_images",
        hint=f"Give more of them; {skipped} files were skipped",
    )


def too_small(working_size: int) -> InputError:
    return InputError(
        f"no image reaches the working size of {working_size} px",
        code="too_small",
        hint=f"Give a smaller --size; images count with a long side of at most {LONG_SIDE_CAP} px",
    )


def _memory(images: int, scales: Scales, batch_size: int) -> int:
    """Pixels in memory, and activations at about 1,400 bytes a pixel of the batch."""
    one = sum(3 * side * side * 4 // 3 for side in scales.short_sides)
    pixels = min(images * one, MEMORY_BUDGET)
    return _LIBRARIES_BYTES + pixels + 1400 * batch_size * scales.crop**2
