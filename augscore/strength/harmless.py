"""A change that people do not see: what it reads is the noise floor of a reading."""

from __future__ import annotations

import io

import numpy as np
import torch
from PIL import Image

HARMLESS_QUALITY = 95
"""Of JPEG, 1 to 100."""


def re_encoded(images: torch.Tensor, quality: int) -> torch.Tensor:
    """Float images (N, 3, H, W) in [0, 1] through JPEG and back."""
    return torch.stack([_through_jpeg(image, quality) for image in images])


def _through_jpeg(image: torch.Tensor, quality: int) -> torch.Tensor:
    levels = (image * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    buffer = io.BytesIO()
    Image.fromarray(levels).save(buffer, "JPEG", quality=quality)
    with Image.open(buffer) as decoded:
        return torch.from_numpy(np.array(decoded)).permute(2, 0, 1).to(torch.float32) / 255
