"""The engine's speed beside its peers', on this machine."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field

import torch

from augscore.benching.bandwidth import copy_bandwidth
from augscore.benching.clock import interleaved
from augscore.benching.contender import Absent, Contender
from augscore.benching.figures import EngineFigures, Figure, TaskFigures
from augscore.benching.lineup import (
    ON_CPU,
    UPLOADED,
    Wanted,
    need_workers,
    own_contenders,
    peer_contenders,
)
from augscore.benching.parity import EXACT, FUSED, TIES, check_parity
from augscore.benching.peers.own import Engine, pixels
from augscore.benching.pictures import smooth_pictures
from augscore.benching.task import SMALL, Levels, Task, tasks_at
from augscore.benching.workers import Workers
from augscore.runtime import Progress, ProgressSink, host_facts, usable_cores

SIZES = (32, 224)
_BATCH, _LARGE_BATCH_ON_CPU = 256, 64


@dataclass(frozen=True, kw_only=True)
class EngineBench:
    """What to time. `batch_size` None: 256, and 64 for sizes above 64 px on a CPU. `seconds`: for
    each contender of each task."""

    device: torch.device
    sizes: tuple[int, ...] = SIZES
    source: int | None = None
    batch_size: int | None = None
    seconds: float = 5.0
    wanted: Wanted = field(default_factory=Wanted)

    def tasks(self) -> list[Task]:
        return [task for size in self.sizes for task in tasks_at(size, self.source, self._at(size))]

    def _at(self, size: int) -> int:
        if self.batch_size is not None:
            return self.batch_size
        large_on_cpu = self.device.type == "cpu" and size > SMALL
        return _LARGE_BATCH_ON_CPU if large_on_cpu else _BATCH


def bench_engine(plan: EngineBench, progress: ProgressSink) -> EngineFigures:
    """Time every task: rounds interleaved, the output that was timed held to torchvision's.

    Raises HostError where a peer cannot be timed.
    """
    count = max(1, min(torch.get_num_threads(), usable_cores()))
    needed = need_workers(plan.wanted, plan.device)
    with Workers(count) if needed else nullcontext() as workers:
        ceiling = copy_bandwidth(plan.device)
        done = [_timed(task, plan, workers, ceiling, progress) for task in plan.tasks()]
    return EngineFigures(host_facts(plan.device), count, ceiling, tuple(done))


def _timed(
    task: Task,
    plan: EngineBench,
    workers: Workers | None,
    ceiling: float,
    progress: ProgressSink,
) -> TaskFigures:
    images = smooth_pictures(task.batch, task.source)
    engine = Engine(task, images.to(plan.device), plan.device)
    peers = peer_contenders(plan.wanted, task, workers, images, plan.device)
    own = own_contenders(engine, images, workers)
    found = [*own, *peers]
    present = [one for one in found if isinstance(one, Contender)]
    absent = tuple(one for one in found if isinstance(one, Absent))
    for one in present:
        one.run()

    def told(number: int) -> None:
        progress(Progress(task.title, number * task.batch * len(present), None, "images"))

    runs = [*(one.run for one in present), engine.draw]
    *times, drawing = interleaved(runs, plan.device, plan.seconds, told)
    assert engine.last is not None
    result, draw = engine.last
    strict = EXACT if plan.device.type == "cpu" else FUSED
    bound = TIES if isinstance(task.recipe, Levels) else strict
    parity = check_parity(images, draw, pixels(result), bound)
    best = _best(times[: len(own)]) if plan.device.type == "cpu" else times[0]
    figures = [
        _figure(one, spent, best, task, ceiling, _doubt(one.run(), task))
        for one, spent in zip(present, times, strict=True)
    ]
    winner = _winner(figures) if plan.device.type != "cpu" else ""
    share = statistics.median(part / whole for part, whole in zip(drawing, times[0], strict=True))
    return TaskFigures(
        task.title, len(drawing), tuple(figures), absent, parity, share, winner=winner
    )


def _best(times: Sequence[Sequence[float]]) -> Sequence[float]:
    """Those of the engine's ways that is the faster in the median."""
    return min(times, key=statistics.median)


def _winner(figures: Sequence[Figure]) -> str:
    """Both with the views on the GPU in the end."""
    speed = {figure.name: figure.images_per_second for figure in figures}
    gpu, cpu = speed[UPLOADED], speed[ON_CPU]
    return "GPU" if gpu >= cpu else "CPU"


def _figure(
    one: Contender,
    spent: Sequence[float],
    first: Sequence[float],
    task: Task,
    ceiling: float,
    doubt: str,
) -> Figure:
    ratios = [own / engine for own, engine in zip(spent, first, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    speed = task.batch / statistics.median(spent)
    share = speed * task.bytes_an_image / ceiling
    return Figure(one.name, one.note, speed, middle, (low, high), share, doubt)


# Bicubic weights that nobody clamps leave [0, 1] by so much.
_LEAST, _MOST = -0.3, 1.3


def _doubt(result: torch.Tensor, task: Task) -> str:
    """What shows that a peer did not do the task; nothing if nothing does.

    Other draws than ours, so only what holds for all of them; RandAugment's pixels have no mean
    that two definitions of it share.
    """
    if tuple(result.shape) != (task.batch, 3, task.size, task.size):
        return f"its shape is {tuple(result.shape)}"
    if result.dtype != torch.float32:
        return f"it is {result.dtype}"
    values = pixels(result.detach())
    low, high, mean = values.min().item(), values.max().item(), values.mean().item()
    if not _LEAST <= low <= high <= _MOST:
        return f"its pixels reach from {low:.2f} to {high:.2f}"
    if not isinstance(task.recipe, Levels) and abs(mean - 0.5) > 0.15:
        return f"its pixels are {mean:.2f} in the mean"
    return ""
