"""kornia's AugmentationSequential on whole batches or chunks, whichever is faster."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import torch

from augscore.benching.clock import fastest
from augscore.benching.contender import Absent, Contender
from augscore.benching.task import NORMALIZE, SimCLR, Task
from augscore.images.resize import to_float

NAME = "kornia"
CHUNKS = (256, 128, 64, 32, 16, 8)
"""Of a CPU; a GPU is also tried with whole batches."""
_COMPILING_RUNS = 5
_NOTE = {
    True: "one order of jitter a batch, crops not antialiased",
    False: "one list of operations a batch",
}

Pipeline = Callable[[torch.Tensor], torch.Tensor]


def kornia_contender(
    task: Task, images: torch.Tensor, device: torch.device, *, compiled: bool = False
) -> Contender | Absent:
    """On `images` of the device, at its best chunk and way of cropping."""
    try:
        import kornia.augmentation  # noqa: F401
    except ImportError as error:
        return Absent(NAME, f"cannot be imported: {error}")
    cropping = ("slice", "resample") if isinstance(task.recipe, SimCLR) else ("",)
    whole = {task.batch, *(size for size in CHUNKS if size < task.batch)}
    chunks = sorted(whole if device.type == "cpu" else {task.batch, min(task.batch, 64)})
    candidates = []
    for mode, chunk in itertools.product(cropping, chunks):
        pipeline = _pipeline(task, mode)
        candidates.append((mode, chunk, _in_chunks(pipeline, images, chunk)))
    best = fastest([run for _, _, run in candidates], device)
    mode, chunk, run = candidates[best]
    what = f"{NAME}, {'whole batch' if chunk == task.batch else f'chunks of {chunk}'}"
    note = _NOTE[isinstance(task.recipe, SimCLR)]
    if not compiled:
        return Contender(what, run, note)
    return _compiled(
        Contender(f"{what}, compiled", run, note), _pipeline(task, mode), images, chunk
    )


def _compiled(
    eager: Contender, pipeline: Pipeline, images: torch.Tensor, chunk: int
) -> Contender | Absent:
    run = _in_chunks(torch.compile(pipeline), images, chunk)
    try:
        # Gates that open for other images, or for none, are compiled when they first do.
        for _ in range(_COMPILING_RUNS):
            run()
    except Exception as error:
        # A compiler fails in many ways; the first line says which.
        first, _, _ = str(error).partition("\n")
        return Absent(eager.name, f"{type(error).__name__}: {first}")
    return replace(eager, run=run)


def _in_chunks(pipeline: Pipeline, images: torch.Tensor, chunk: int) -> Callable[[], torch.Tensor]:
    def run() -> torch.Tensor:
        done = [pipeline(to_float(part)) for part in torch.split(images, chunk)]
        return done[0] if len(done) == 1 else torch.cat(done)

    return run


def _pipeline(task: Task, cropping: str) -> Pipeline:
    import kornia.augmentation as K
    from kornia.augmentation.auto import RandAugment

    normalize = K.Normalize(torch.tensor(NORMALIZE.mean), torch.tensor(NORMALIZE.std))
    recipe = task.recipe
    if not isinstance(recipe, SimCLR):
        levels = RandAugment(n=recipe.num_ops, m=recipe.magnitude)
        return lambda batch: normalize(levels(batch))
    steps = [
        K.RandomResizedCrop(
            (task.size, task.size), scale=(0.08, 1.0), resample="bicubic", cropping_mode=cropping
        ),
        K.RandomHorizontalFlip(p=0.5),
        K.ColorJitter(*recipe.jitter, p=0.8),
        K.RandomGrayscale(p=0.2),
    ]
    if recipe.kernel:
        steps.append(K.RandomGaussianBlur((recipe.kernel,) * 2, (0.1, 2.0), p=0.5))
    pipeline: Pipeline = K.AugmentationSequential(*steps, normalize, data_keys=["input"])
    return pipeline
