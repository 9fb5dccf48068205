"""Who takes part: the engine, and its peers in the way that suits each best on the device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

import torch

from augscore.benching.contender import Absent, Contender
from augscore.benching.peers.kornia import NAME as KORNIA
from augscore.benching.peers.kornia import kornia_contender
from augscore.benching.peers.own import NAME as OWN
from augscore.benching.peers.own import Engine
from augscore.benching.peers.per_image import LIBRARIES, TORCHVISION
from augscore.benching.peers.torchvision import device_contender
from augscore.benching.task import SimCLR, Task
from augscore.benching.workers import Job, Workers, fits_in_shared_memory
from augscore.errors import UsageError

PEERS = (KORNIA, *LIBRARIES)
UPLOADED, ON_CPU = f"{OWN}, images uploaded", f"{OWN} on the CPU, views uploaded"


@dataclass(frozen=True)
class Wanted:
    """`names` are words of `PEERS`; `compiled`: kornia's pipeline by torch.compile too. Raises
    UsageError for another word."""

    names: tuple[str, ...] = PEERS
    compiled: bool = False

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in PEERS:
                hint = f"Known: {', '.join(PEERS)}"
                raise UsageError(f"no peer is named {name!r}", code="usage", hint=hint)


def own_contenders(
    engine: Engine, images: torch.Tensor, workers: Workers | None
) -> list[Contender]:
    """The engine on its device; on a CPU also in the workers of the others, on a GPU also from the
    host's memory, and on the CPU."""
    if engine.device.type == "cpu":
        shared = _shared(engine.task, images)
        alone = Contender(OWN, engine.run)
        if workers is None or workers.count < 2 or shared is None:
            return [alone]
        number = workers.take(Job(OWN, engine.task, *shared))
        name = f"{OWN}, {workers.count} processes"
        return [alone, Contender(name, _shared_run(workers, number, shared[1]))]
    pinned = images.pin_memory() if engine.device.type == "cuda" else images
    uploading = Engine(engine.task, pinned, engine.device)
    on_cpu = Engine(engine.task, images, torch.device("cpu"))
    return [
        Contender(OWN, engine.run, "images on the device"),
        Contender(UPLOADED, uploading.run),
        Contender(ON_CPU, lambda: on_cpu.run().to(engine.device)),
    ]


def peer_contenders(
    wanted: Wanted, task: Task, workers: Workers | None, images: torch.Tensor, device: torch.device
) -> list[Contender | Absent]:
    """Those that are wanted, for uint8 `images` on the host; `workers` on a CPU alone, where each
    library that takes one image at a time runs in them. On a GPU torchvision is the only such."""
    found: list[Contender | Absent] = []
    on_device = images.to(device)
    if KORNIA in wanted.names:
        found.append(kornia_contender(task, on_device, device))
        # RandAugment is another list of operations each time, and would be compiled each time.
        if wanted.compiled and isinstance(task.recipe, SimCLR):
            found.append(kornia_contender(task, on_device, device, compiled=True))
    names = [name for name in wanted.names if name in LIBRARIES]
    if device.type == "cpu":
        return [*found, *_in_workers(names, task, workers, images)]
    if TORCHVISION in names:
        found.append(device_contender(task, on_device))
    return found


def need_workers(wanted: Wanted, device: torch.device) -> bool:
    """Whether a library is asked for, and installed, that runs in processes of its own."""
    asked = [LIBRARIES[name].module for name in wanted.names if name in LIBRARIES]
    return device.type == "cpu" and any(find_spec(module) is not None for module in asked)


def _in_workers(
    names: Sequence[str], task: Task, workers: Workers | None, images: torch.Tensor
) -> list[Contender | Absent]:
    shared = _shared(task, images)
    found: list[Contender | Absent] = []
    for name in names:
        library = LIBRARIES[name]
        why = library.why_absent(task) or ("" if shared else "too little shared memory in /dev/shm")
        if why or workers is None or shared is None:
            found.append(Absent(library.name, why))
            continue
        number = workers.take(Job(name, task, *shared))
        run = _shared_run(workers, number, shared[1])
        found.append(Contender(library.name, run, library.note))
    return found


def _shared(task: Task, images: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor] | None:
    """The images and room for the output, in shared memory; None where there is too little."""
    shape = (task.batch, 3, task.size, task.size)
    if not fits_in_shared_memory(images.numel() + 4 * task.batch * 3 * task.size**2):
        return None
    shared, out = images.clone(), torch.zeros(shape)
    for tensor in (shared, out):
        tensor.share_memory_()  # type: ignore[no-untyped-call]
    return shared, out


def _shared_run(workers: Workers, number: int, out: torch.Tensor) -> Callable[[], torch.Tensor]:
    def run() -> torch.Tensor:
        workers.run(number)
        return out

    return run
