"""torchvision.transforms.v2, on uint8 tensors and on pictures of Pillow."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torchvision.transforms import v2

from augscore.benching.contender import Contender
from augscore.benching.task import NORMALIZE, SimCLR, Task


def tensor_pipeline(task: Task) -> Callable[[torch.Tensor], torch.Tensor]:
    pipeline: Callable[[torch.Tensor], torch.Tensor] = v2.Compose([*_steps(task), *_last()])
    return pipeline


def picture_pipeline(task: Task) -> Callable[[object], torch.Tensor]:
    steps = [*_steps(task), v2.ToImage(), *_last()]
    pipeline: Callable[[object], torch.Tensor] = v2.Compose(steps)
    return pipeline


def device_contender(task: Task, images: torch.Tensor) -> Contender:
    """Image by image on the device that the images are on."""
    pipeline = tensor_pipeline(task)

    def run() -> torch.Tensor:
        return torch.stack([pipeline(image) for image in images])

    return Contender("torchvision v2, image by image", run)


def _steps(task: Task) -> list[object]:
    recipe = task.recipe
    if not isinstance(recipe, SimCLR):
        return [v2.RandAugment(recipe.num_ops, recipe.magnitude)]
    bicubic = v2.InterpolationMode.BICUBIC
    steps = [
        v2.RandomResizedCrop(task.size, (0.08, 1.0), interpolation=bicubic, antialias=True),
        v2.RandomHorizontalFlip(0.5),
        v2.RandomApply([v2.ColorJitter(*recipe.jitter)], p=0.8),
        v2.RandomGrayscale(0.2),
    ]
    if recipe.kernel:
        steps.append(v2.RandomApply([v2.GaussianBlur(recipe.kernel, (0.1, 2.0))], p=0.5))
    return steps


def _last() -> list[object]:
    return [v2.ToDtype(torch.float32, scale=True), v2.Normalize(NORMALIZE.mean, NORMALIZE.std)]
