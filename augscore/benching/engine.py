"""The engine's speed beside its peers', on this machine."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.util import find_spec

import torch

from augscore.benching.bandwidth import copy_bandwidth
from augscore.benching.clock import interleaved
from augscore.benching.contender import Absent, Contender
from augscore.benching.figures import EngineFigures, Figure, TaskFigures
from augscore.benching.parity import EXACT, TIES, check_parity
from augscore.benching.peers.kornia import NAME as KORNIA
from augscore.benching.peers.kornia import kornia_contender
from augscore.benching.peers.own import NAME as OWN
from augscore.benching.peers.own import Engine, pixels
from augscore.benching.peers.per_image import LIBRARIES
from augscore.benching.pictures import smooth_pictures
from augscore.benching.task import SMALL, Levels, Task, tasks_at
from augscore.benching.workers import Job, Workers, fits_in_shared_memory
from augscore.errors import UsageError
from augscore.runtime import Progress, ProgressSink, host_facts, usable_cores

PEERS = (KORNIA, *LIBRARIES)
SIZES = (32, 224)
_BATCH, _LARGE_BATCH_ON_CPU = 256, 64


@dataclass(frozen=True, kw_only=True)
class EngineBench:
    """What to time. `batch_size` None: 256, and 64 for sizes above 64 px on a CPU. `seconds`: for
    each contender of each task. `peers`: words of `PEERS`. `compiled`: torch.compile too, where the
    device is a GPU."""

    device: torch.device
    sizes: tuple[int, ...] = SIZES
    source: int | None = None
    batch_size: int | None = None
    seconds: float = 5.0
    peers: tuple[str, ...] = PEERS
    compiled: bool = False

    def tasks(self) -> list[Task]:
        return [task for size in self.sizes for task in tasks_at(size, self.source, self._at(size))]

    def _at(self, size: int) -> int:
        if self.batch_size is not None:
            return self.batch_size
        large_on_cpu = self.device.type == "cpu" and size > SMALL
        return _LARGE_BATCH_ON_CPU if large_on_cpu else _BATCH


def bench_engine(plan: EngineBench, progress: ProgressSink) -> EngineFigures:
    """Time every task: rounds interleaved, the output that was timed held to torchvision's.

    Raises UsageError for a peer of an unknown name, HostError where a peer cannot be timed.
    """
    unknown = [name for name in plan.peers if name not in PEERS]
    if unknown:
        hint = f"Known: {', '.join(PEERS)}"
        raise UsageError(f"no peer is named {unknown[0]!r}", code="usage", hint=hint)
    count = max(1, min(torch.get_num_threads(), usable_cores()))
    with ExitStack() as stack:
        workers = stack.enter_context(Workers(count)) if _needs_workers(plan) else None
        ceiling = copy_bandwidth(plan.device)
        done = [_timed(task, plan, workers, ceiling, progress) for task in plan.tasks()]
    return EngineFigures(host_facts(plan.device), count, ceiling, tuple(done))


def _needs_workers(plan: EngineBench) -> bool:
    """Libraries that take an image at a time run in processes, beside an engine on the CPU."""
    asked = [LIBRARIES[name].module for name in plan.peers if name in LIBRARIES]
    return plan.device.type == "cpu" and any(find_spec(module) is not None for module in asked)


def _timed(
    task: Task,
    plan: EngineBench,
    workers: Workers | None,
    ceiling: float,
    progress: ProgressSink,
) -> TaskFigures:
    images = smooth_pictures(task.batch, task.source)
    engine = Engine(task, images.to(plan.device), plan.device)
    found = [*_own(engine, images), *_peers(task, plan, workers, images, engine.images)]
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
    bound = TIES if isinstance(task.recipe, Levels) else EXACT
    parity = check_parity(images, draw, pixels(result), bound)
    figures = [
        _figure(one, own, times[0], task, ceiling, _doubt(one.run(), task))
        for one, own in zip(present, times, strict=True)
    ]
    winner = _winner(figures) if plan.device.type != "cpu" else ""
    share = statistics.median(part / whole for part, whole in zip(drawing, times[0], strict=True))
    return TaskFigures(
        task.title, len(drawing), tuple(figures), absent, parity, share, winner=winner
    )


_UPLOADED, _ON_CPU = f"{OWN}, images uploaded", f"{OWN} on the CPU, views uploaded"


def _own(engine: Engine, images: torch.Tensor) -> list[Contender]:
    """The engine on its device; on a GPU also from the host's memory, and on the CPU."""
    if engine.device.type == "cpu":
        return [Contender(OWN, engine.run)]
    pinned = images.pin_memory() if engine.device.type == "cuda" else images
    uploading = Engine(engine.task, pinned, engine.device)
    on_cpu = Engine(engine.task, images, torch.device("cpu"))
    return [
        Contender(OWN, engine.run, "images on the device"),
        Contender(_UPLOADED, uploading.run),
        Contender(_ON_CPU, lambda: on_cpu.run().to(engine.device)),
    ]


def _winner(figures: Sequence[Figure]) -> str:
    speed = {figure.name: figure.images_per_second for figure in figures}
    gpu, cpu = speed[_UPLOADED], speed[_ON_CPU]
    return "GPU" if gpu >= cpu else "CPU"


def _peers(
    task: Task,
    plan: EngineBench,
    workers: Workers | None,
    images: torch.Tensor,
    on_device: torch.Tensor,
) -> list[Contender | Absent]:
    found: list[Contender | Absent] = []
    if KORNIA in plan.peers:
        found.append(kornia_contender(task, on_device, plan.device))
        if plan.compiled:
            found.append(kornia_contender(task, on_device, plan.device, compiled=True))
    names = [name for name in plan.peers if name in LIBRARIES]
    if plan.device.type == "cpu":
        return [*found, *_in_workers(names, task, workers, images)]
    if "torchvision" in names:
        from augscore.benching.peers.torchvision import device_contender

        found.append(device_contender(task, on_device))
    return found


def _in_workers(
    names: Sequence[str], task: Task, workers: Workers | None, images: torch.Tensor
) -> list[Contender | Absent]:
    shape = (task.batch, 3, task.size, task.size)
    fits = fits_in_shared_memory(images.numel() + 4 * task.batch * 3 * task.size**2)
    shared, out = images.clone(), torch.zeros(shape)
    if fits:
        for tensor in (shared, out):
            tensor.share_memory_()  # type: ignore[no-untyped-call]
    found: list[Contender | Absent] = []
    for name in names:
        library = LIBRARIES[name]
        why = library.why_absent(task) or ("" if fits else "too little shared memory in /dev/shm")
        if why or workers is None:
            found.append(Absent(library.name, why))
            continue
        number = workers.take(Job(name, task, shared, out))
        found.append(Contender(library.name, _shared_run(workers, number, out), library.note))
    return found


def _shared_run(workers: Workers, number: int, out: torch.Tensor) -> Callable[[], torch.Tensor]:
    def run() -> torch.Tensor:
        workers.run(number)
        return out

    return run


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
