"""Whole steps of pair training on a folder of images: ours, lightly's example, torchvision's views.

A turn is an epoch, at whose end no loader works ahead, so that nobody works in another's turn.
Ours keeps decoded images in memory; the others decode each image in each epoch, as their examples
do.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from PIL import Image

from augscore.benching.clock import seconds_of
from augscore.benching.pictures import smooth_pictures
from augscore.engine.normalized import normalize_
from augscore.runtime import usable_cores
from augscore.training.footprint import expect
from tests.benchmarks.case import Setting
from tests.benchmarks.pair_own import DEVICE, Own, shares
from tests.benchmarks.pair_peers import (
    NORMALIZE,
    SIZE,
    Job,
    LightlyNetwork,
    Peer,
    lightly,
    torchvision,
)

IMAGES = 1024
BATCHES = (32, 64, 128, 256)
NETWORK_STEPS = 4
SCORED_BATCH, SCORED_ARCH = 64, "resnet18"


def show(setting: Setting, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _write_pictures(Path(folder))
        job = Job(Path(folder), "small", setting.batch_size, usable_cores())
        own = Own(job)
        _whole_steps(own, job, rounds)
        _by_part(own)
        _network_part(own, job, rounds)
        _by_batch(job, rounds)
        _scoring(job)


def _whole_steps(own: Own, job: Job, rounds: int) -> None:
    """Beside the contenders, in the same rounds, the network part of as many steps of ours: what no
    loader and no engine could undercut."""
    contenders: list[Own | Peer] = [own, lightly(job), torchvision(job)]
    views = _views(own, job)
    steps = IMAGES // job.batch_size

    def network() -> None:
        for _ in range(steps):
            own.network_step(views)

    *times, alone = _interleaved([*(c.epoch for c in contenders), network], rounds)
    print(
        f"\nwhole step, {job.arch}, {SIZE} px, batch {job.batch_size}, float32, "
        f"{job.workers} workers, {rounds} rounds"
    )
    print(
        f"{'':<18}{'images/s':>10}{'ours is':>10}{'lowest ... highest':>20}"
        f"{'outside network':>17}{'at most':>9}"
    )
    for contender, seconds in zip(contenders, times, strict=True):
        ratios = _ratios(seconds, times[0])
        bound = statistics.median(_ratios(seconds, alone))
        print(
            f"{contender.name:<18}{steps * job.batch_size / statistics.median(seconds):>10.0f}"
            f"{statistics.median(ratios):>9.2f}x{_spread(ratios):>20}"
            f"{100 * max(0.0, 1 - 1 / bound):>15.0f} %{bound:>8.2f}x"
        )


def _network_part(own: Own, job: Job, rounds: int) -> None:
    """Forward, loss, backward and step alone."""
    theirs = LightlyNetwork(job)
    views = _views(own, job)
    ready = [view.clone(memory_format=torch.contiguous_format) for view in views]
    for view in ready:
        normalize_(view, NORMALIZE)

    def ours() -> None:
        for _ in range(NETWORK_STEPS):
            own.network_step(views)

    def lightlys() -> None:
        for _ in range(NETWORK_STEPS):
            theirs.step(ready)

    ratios = _ratios(*reversed(_interleaved([ours, lightlys], rounds)))
    print(
        f"\nnetwork part alone, batch {job.batch_size}: ours is {statistics.median(ratios):.2f}x "
        f"lightly's ({_spread(ratios)})"
    )


def _by_part(own: Own) -> None:
    told = ", ".join(f"{name} {100 * share:.0f} %" for name, share in shares(own.watch) if share)
    memory = expect(own.plan).memory_bytes
    print(f"\nours by part: {told}; expected memory {memory / 1e9:.1f} GB")


def _by_batch(job: Job, rounds: int) -> None:
    owns = [Own(Job(job.folder, job.arch, batch, job.workers)) for batch in BATCHES]
    times = _interleaved([own.epoch for own in owns], rounds)
    print("\nours by batch, images/s (ideal: equal)")
    for batch, seconds in zip(BATCHES, times, strict=True):
        print(f"{batch:>6}{IMAGES / statistics.median(seconds):>10.0f}")


def _scoring(job: Job) -> None:
    """One epoch of a part of the pictures is enough: shares are of one and the same step."""
    own = Own(Job(job.folder, SCORED_ARCH, SCORED_BATCH, job.workers), weighting="score")
    own.epoch()
    told = ", ".join(f"{name} {100 * share:.1f} %" for name, share in shares(own.watch))
    print(f"\n{SCORED_ARCH}, weights by score, batch {SCORED_BATCH}: {told}")


def _views(own: Own, job: Job) -> list[torch.Tensor]:
    """Two of a batch in [0, 1], laid out as ours come from the engine."""
    pixels = smooth_pictures(2 * job.batch_size, SIZE).float() / 255
    layout = torch.channels_last if own.plan.config.channels_last else torch.contiguous_format
    return [view.contiguous(memory_format=layout) for view in pixels.chunk(2)]


def _ratios(longer: Sequence[float], shorter: Sequence[float]) -> list[float]:
    return [a / b for a, b in zip(longer, shorter, strict=True)]


def _spread(ratios: Sequence[float]) -> str:
    return f"{min(ratios):.2f} ... {max(ratios):.2f}"


def _interleaved(runs: Sequence[Callable[[], object]], rounds: int) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in runs]
    for number in range(rounds + 1):
        for run, seconds in zip(runs, times, strict=True):
            spent = seconds_of(run, DEVICE)
            if number:
                seconds.append(spent)
    return times


def _write_pictures(folder: Path) -> None:
    for place, pixels in enumerate(smooth_pictures(IMAGES, SIZE)):
        part = folder / f"class-{place % 10}"
        part.mkdir(exist_ok=True)
        Image.fromarray(pixels.permute(1, 2, 0).numpy()).save(part / f"{place:04d}.png")
