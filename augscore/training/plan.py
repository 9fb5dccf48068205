"""What a score run will do, and how long it should take, before it starts."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from PIL import Image

from augscore import keys
from augscore.errors import InputError
from augscore.images.batches import auto_workers
from augscore.images.find import find
from augscore.images.records import Candidate, Found
from augscore.runtime import pick_device
from augscore.score.crops import CropPool
from augscore.score.fit import FitOptions, fit_step, new_state
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture
from augscore.strength.calibrate import NORM_SIGMAS, SIGMA, looks
from augscore.strength.sight import Lens, chunk_size, look
from augscore.training.photo_pool import HELD_OUT_SHARE, MEMORY_BUDGET
from augscore.training.scales import Scales, choose_scales

CALIBRATION_CROPS = 200
PROBED_HEADERS = 64
TIMED_STEPS = 3
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
    """Resolved: files, sizes, and the expected seconds and bytes (from timed steps on noise)."""

    options: ScoreRunOptions
    found: tuple[Found, ...]
    images: int
    held_out: int
    scales: Scales
    workers: int
    bf16: bool
    seconds: float
    memory_bytes: int
    device: str

    @property
    def working_size(self) -> int:
        return self.scales.working_size

    @property
    def crop(self) -> int:
        return self.scales.crop


def plan_score_run(paths: Sequence[Path], options: ScoreRunOptions) -> ScoreRunPlan:
    """Walk the folders, read some headers, time a few steps. Raises InputError without images."""
    found = tuple(find(paths))
    candidates = [f for f in found if isinstance(f, Candidate)]
    if options.limit is not None and len(candidates) > options.limit:
        candidates = _choose(candidates, options.limit, options.seed)
        found = tuple(candidates)
    short_sides = _short_sides(candidates)
    if not short_sides:
        raise InputError(
            f"no readable image among {len(candidates)} files",
            code="no_images",
            hint="Give a folder of JPEG or PNG files",
        )
    scales = choose_scales(short_sides, options.size)
    device = pick_device(options.device)
    bf16 = device.type in ("cpu", "cuda")
    return ScoreRunPlan(
        options=options,
        found=found,
        images=len(candidates),
        held_out=max(1, round(HELD_OUT_SHARE * len(candidates))),
        scales=scales,
        workers=auto_workers() if options.workers is None else options.workers,
        bf16=bf16,
        seconds=options.steps * _seconds_a_step(options, scales.crop, device, bf16)
        + CALIBRATION_CROPS * _seconds_to_calibrate(options, scales.working_size, device),
        memory_bytes=_memory(len(candidates), scales, options.batch_size),
        device=str(device),
    )


def _choose(candidates: list[Candidate], limit: int, seed: int) -> list[Candidate]:
    """`limit` files by their keys, in their own order: more files never change who else is in."""
    names = (candidate.name for candidate in candidates)
    chosen = keys.smallest_ranks(names, limit, purpose="sample", seed=seed)
    return [candidate for candidate in candidates if candidate.name in chosen]


def _short_sides(candidates: Sequence[Candidate]) -> list[int]:
    sides: list[int] = []
    stride = max(1, len(candidates) // PROBED_HEADERS)
    for candidate in candidates[::stride]:
        try:
            with Image.open(candidate.path) as image:
                sides.append(min(image.size))
        except Exception:
            # Whatever a damaged header raises: reading the file reports it.
            continue
    return sides


def _seconds_a_step(options: ScoreRunOptions, crop: int, device: torch.device, bf16: bool) -> float:
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (3, crop, crop), dtype=torch.uint8, generator=generator)
    pool = CropPool(((noise,),), crop)
    fit_options = FitOptions(steps=1000, batch_size=options.batch_size, seed=0, bf16=bf16)
    state = new_state(new_denoiser(options.architecture, 0.5, 0.25, 0).to(device), fit_options)
    fit_step(state, pool, fit_options)
    began = time.monotonic()
    for _ in range(TIMED_STEPS):
        fit_step(state, pool, fit_options)
    return (time.monotonic() - began) / TIMED_STEPS


def _seconds_to_calibrate(
    options: ScoreRunOptions, working_size: int, device: torch.device
) -> float:
    """For one clean image."""
    denoiser = new_denoiser(options.architecture, 0.5, 0.25, 0).eval().to(device)
    lens = Lens(working_size, SIGMA, NORM_SIGMAS)
    image = torch.full((1, 3, working_size, working_size), 0.5, device=device)
    images = image.expand(chunk_size(image), -1, -1, -1)
    look(denoiser, images, lens)
    began = time.monotonic()
    look(denoiser, images, lens)
    return (time.monotonic() - began) / len(images) * looks(working_size)


def _memory(images: int, scales: Scales, batch_size: int) -> int:
    """Pixels in memory, and activations at about 1,400 bytes a pixel of the batch."""
    one = sum(3 * side * side * 4 // 3 for side in scales.short_sides)
    pixels = min(images * one, MEMORY_BUDGET)
    return _LIBRARIES_BYTES + pixels + 1400 * batch_size * scales.crop**2
