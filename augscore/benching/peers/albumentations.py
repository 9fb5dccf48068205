"""albumentations 2, on arrays."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import torch

from augscore.benching.task import NORMALIZE, SimCLR, Task


def albumentations_pipeline(task: Task) -> Callable[[Any], torch.Tensor]:
    # Its import asks the network for a newer version otherwise.
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations as A
    import cv2
    from albumentations.pytorch import ToTensorV2

    cv2.setNumThreads(0)
    recipe = task.recipe
    assert isinstance(recipe, SimCLR)
    size, cubic = (task.size, task.size), cv2.INTER_CUBIC
    steps = [
        A.RandomResizedCrop(size, scale=(0.08, 1.0), interpolation=cubic, p=1.0),
        A.HorizontalFlip(p=0.5),
        A.ColorJitter(*(_span(width) for width in recipe.jitter[:3]), _about_0(recipe), p=0.8),
        A.ToGray(p=0.2),
    ]
    if recipe.kernel:
        steps.append(A.GaussianBlur((recipe.kernel,) * 2, (0.1, 2.0), p=0.5))
    pipeline = A.Compose([*steps, A.Normalize(NORMALIZE.mean, NORMALIZE.std), ToTensorV2()])

    def one(image: Any) -> torch.Tensor:
        result: torch.Tensor = pipeline(image=image)["image"]
        return result

    return one


def _span(width: float) -> tuple[float, float]:
    return max(0.0, 1.0 - width), 1.0 + width


def _about_0(recipe: SimCLR) -> tuple[float, float]:
    return -recipe.jitter[3], recipe.jitter[3]
