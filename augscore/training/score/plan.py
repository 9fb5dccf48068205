"""What a score run will do, before it starts: files, sizes, device, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from augscore import keys
from augscore.errors import InputError
from augscore.images.batches import auto_workers
from augscore.images.find import find
from augscore.images.limits import check_side
from augscore.images.records import Candidate, Found
from augscore.images.resize import LONG_SIDE_CAP
from augscore.runs.mark import refuse_inputs
from augscore.runtime import pick_device
from augscore.score.fit import FitOptions
from augscore.score.network import Architecture
from augscore.training.score.photo_pool import FEWEST_IMAGES, HELD_OUT_SHARE, MEMORY_BUDGET
from augscore.training.score.scales import Scales, choose_scales

CALIBRATION_CROPS = 200
PROBED_HEADERS = 64
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
    """Resolved: files, sizes, device and the expected bytes.

    `images` are at most so many of the `files`: those with a damaged header are not counted, other
    damage shows only on reading.
    """

    options: ScoreRunOptions
    found: tuple[Found, ...]
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
        candidates = _choose(candidates, options.limit, options.seed)
        found = tuple(candidates)
    headers = _read_headers(candidates)
    images = len(candidates) - headers.unreadable
    _refuse_too_few(images, len(candidates))
    scales = choose_scales(headers.short_sides, options.size)
    if headers.complete and max(headers.short_sides) < scales.working_size:
        raise too_small(scales.working_size)
    device = pick_device(options.device)
    return ScoreRunPlan(
        options=options,
        found=found,
        files=len(candidates),
        images=images,
        held_out=max(1, round(HELD_OUT_SHARE * images)),
        scales=scales,
        workers=auto_workers() if options.workers is None else options.workers,
        bf16=device.type in ("cpu", "cuda"),
        memory_bytes=_memory(images, scales, options.batch_size),
        device=str(device),
    )


def _choose(candidates: list[Candidate], limit: int, seed: int) -> list[Candidate]:
    """`limit` files by their keys, in their own order: more files never change who else is in."""
    names = (candidate.name for candidate in candidates)
    chosen = keys.smallest_ranks(names, limit, purpose="sample", seed=seed)
    return [candidate for candidate in candidates if candidate.name in chosen]


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


@dataclass(frozen=True)
class _Headers:
    """Of some files, evenly spaced, or of all (`complete`); short sides as decoded, px."""

    short_sides: tuple[int, ...]
    unreadable: int
    complete: bool


def _read_headers(candidates: Sequence[Candidate]) -> _Headers:
    stride = max(1, len(candidates) // PROBED_HEADERS)
    read = [_short_side(candidate) for candidate in candidates[::stride]]
    sides = tuple(side for side in read if side is not None)
    return _Headers(sides, len(read) - len(sides), stride == 1)


def _short_side(candidate: Candidate) -> int | None:
    try:
        with Image.open(candidate.path) as image:
            scale = min(1.0, LONG_SIDE_CAP / max(image.size))
            return max(1, round(min(image.size) * scale))
    except Exception:
        # Whatever a damaged header raises: reading the file reports it.
        return None


def _memory(images: int, scales: Scales, batch_size: int) -> int:
    """Pixels in memory, and activations at about 1,400 bytes a pixel of the batch."""
    one = sum(3 * side * side * 4 // 3 for side in scales.short_sides)
    pixels = min(images * one, MEMORY_BUDGET)
    return _LIBRARIES_BYTES + pixels + 1400 * batch_size * scales.crop**2
