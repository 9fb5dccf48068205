"""The engine itself, and the draw of what it was timed with."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from augscore.benching.task import NORMALIZE, Task
from augscore.engine.augment import augment
from augscore.engine.draw import Draw
from augscore.engine.drawing.view import draw

NAME = "augscore"


@dataclass
class Engine:
    """One view of a task on a device, from images on the host or on a device, drawn anew each
    time; `last` is the latest output with its draw."""

    task: Task
    images: torch.Tensor
    device: torch.device
    epoch: int = 0
    last: tuple[torch.Tensor, Draw] | None = field(default=None, repr=False)

    def draw(self) -> Draw:
        """The drawing alone, without any pixels."""
        sizes = [(self.task.source, self.task.source)] * self.task.batch
        return draw(self.task.policy, range(self.task.batch), sizes, epoch=self.epoch)

    def run(self) -> torch.Tensor:
        self.epoch += 1
        images = self.images.to(self.device, non_blocking=True)
        (view,), drawn = augment(images, self.task.policy, epoch=self.epoch)
        result = normalized(view)
        self.last = result, drawn
        return result


class Share:
    """One process's part of a batch, as in a DataLoader: images `place`, `place` + `count`, …"""

    def __init__(
        self, task: Task, images: torch.Tensor, out: torch.Tensor, place: int, count: int
    ) -> None:
        self._task, self._out, self._epoch = task, out[place::count], 0
        self._images, self._ids = images[place::count].clone(), range(place, len(images), count)

    def run(self) -> None:
        self._epoch += 1
        (view,), _ = augment(self._images, self._task.policy, ids=self._ids, epoch=self._epoch)
        self._out.copy_(normalized(view))


def normalized(view: torch.Tensor) -> torch.Tensor:
    """The view itself, with ImageNet's mean and deviation taken off."""
    mean, std = (_channels(numbers, view) for numbers in (NORMALIZE.mean, NORMALIZE.std))
    return view.sub_(mean).div_(std)


def pixels(result: torch.Tensor) -> torch.Tensor:
    """Back from `normalized`: values in [0, 1]."""
    mean, std = (_channels(numbers, result) for numbers in (NORMALIZE.mean, NORMALIZE.std))
    return result * std + mean


def _channels(numbers: tuple[float, ...], like: torch.Tensor) -> torch.Tensor:
    return torch.tensor(numbers, dtype=like.dtype, device=like.device).view(1, -1, 1, 1)
