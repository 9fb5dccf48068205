"""lightly's view of SimCLR, on pictures of Pillow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from augscore.benching.task import NORMALIZE, SimCLR, Task


def lightly_pipeline(task: Task) -> Callable[[Any], torch.Tensor]:
    from lightly.transforms.simclr_transform import SimCLRViewTransform

    recipe = task.recipe
    assert isinstance(recipe, SimCLR)
    pipeline: Callable[[Any], torch.Tensor] = SimCLRViewTransform(
        input_size=task.size,
        cj_strength=recipe.strength,
        gaussian_blur=0.5 if recipe.kernel else 0.0,
        normalize={"mean": list(NORMALIZE.mean), "std": list(NORMALIZE.std)},
    )
    return pipeline
