from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.bad_inputs import encode, make
from tests.bad_inputs.expected import EXPECTED


@pytest.fixture(scope="session")
def photo() -> Image.Image:
    """80 x 60 px."""
    return encode.photo()


@pytest.fixture(scope="session")
def all_cases(photo: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every case that can stand beside the others, in one folder."""
    folder = tmp_path_factory.mktemp("all")
    make.every_case(folder, EXPECTED, photo)
    yield folder
    make.remove_nested(folder / "15")
