from __future__ import annotations

import pytest
from PIL import Image

from tests.bad_inputs import encode


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """80 x 60 px."""
    return encode.photo()
