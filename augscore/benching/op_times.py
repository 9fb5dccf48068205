"""How long every operation takes by each of its backends."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import torch

from augscore.benching.clock import interleaved
from augscore.benching.exactness import by_function, example_step
from augscore.benching.pictures import smooth_pictures
from augscore.engine.ops.record import Backend, Function, Op
from augscore.engine.ops.table import OPS
from augscore.images.resize import to_float
from augscore.runtime import Progress, ProgressSink

PIXELS_ON_CPU, IMAGES_ON_DEVICE = 2**16, 256
"""How much is worked on at once: on a CPU what stays in its caches."""


@dataclass(frozen=True)
class OpTime:
    """Microseconds an image by our function and by kornia's, where the operation has one; `ratio`
    is the median of kornia's time over ours, round by round. `used`: what the engine runs here."""

    op: str
    torch_us: float
    kornia_us: float | None
    ratio: float | None
    used: Backend

    @property
    def faster(self) -> Backend:
        return "kornia" if self.ratio is not None and self.ratio < 1 else "torch"


def time_ops(
    device: torch.device, size: int, batch: int | None, seconds: float, progress: ProgressSink
) -> list[OpTime]:
    """Every operation at the magnitudes of its example, on `batch` images of `size` px at once
    (None: as many as the engine would take); `seconds` for each backend of each."""
    count = batch or (
        max(1, PIXELS_ON_CPU // size**2) if device.type == "cpu" else IMAGES_ON_DEVICE
    )
    images = to_float(smooth_pictures(count, size)).to(device)
    timed = []
    for op in OPS.values():
        timed.append(_time(op, images, size, seconds))
        progress(Progress("timing", len(timed), len(OPS), "operations"))
    return timed


def _time(op: Op, images: torch.Tensor, size: int, seconds: float) -> OpTime:
    functions = [op.torch_function]
    if op.kornia_function is not None and find_spec("kornia") is not None:
        functions.append(op.kornia_function)
    runs = [_run(op, function, images, size) for function in functions]
    for run in runs:
        run()
    times = interleaved(runs, images.device, seconds, lambda number: None)
    each = [1e6 * statistics.median(spent) / len(images) for spent in times]
    runs_kornia = op.function_on(images.device, "auto") is op.kornia_function
    used: Backend = "kornia" if runs_kornia else "torch"
    if len(runs) == 1:
        return OpTime(op.name, each[0], None, None, used)
    ratio = statistics.median(theirs / ours for ours, theirs in zip(*times, strict=True))
    return OpTime(op.name, each[0], each[1], ratio, used)


def _run(op: Op, function: Function, images: torch.Tensor, size: int) -> Callable[[], torch.Tensor]:
    step = example_step(op, len(images), size, ())
    return lambda: by_function(function, op, images, step, size)
