from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

Encode = Callable[..., bytes]


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """80 x 60: a gradient with noise, different in every corner, so that no turn goes unseen."""
    noise = np.random.default_rng(0).normal(0, 20, (60, 80, 3))
    ramp = np.linspace(0, 200, 80)[None, :, None] + np.linspace(0, 55, 60)[:, None, None]
    return Image.fromarray(np.clip(noise + ramp, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def encode() -> Encode:
    def encode(image: Image.Image, format: str, **options: Any) -> bytes:
        file = io.BytesIO()
        image.save(file, format, **options)
        return file.getvalue()

    return encode
