"""Tensors through Pillow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image

Change = Callable[..., Image.Image]


def by_pillow(change: Change) -> Callable[..., torch.Tensor]:
    """A function of a picture and some numbers as one of a (3, H, W) uint8 tensor and the same."""

    def changed(image: torch.Tensor, *numbers: Any) -> torch.Tensor:
        return tensor_of(change(picture_of(image), *numbers))

    return changed


def picture_of(image: torch.Tensor) -> Image.Image:
    return Image.fromarray(image.permute(1, 2, 0).contiguous().numpy())


def tensor_of(picture: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(picture)).permute(2, 0, 1)
