"""Pixels as (3, H, W), by Pillow alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image


def planes(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def pillow(path: Path) -> torch.Tensor:
    with Image.open(path) as image:
        return planes(image)
