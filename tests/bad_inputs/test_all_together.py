"""All cases in one folder: none changes what comes of another, none is loud, none takes much."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture
from tests.bad_inputs import make, read_all
from tests.bad_inputs.encode import SAMPLES_PER_PIXEL, encode, with_tiff_tag
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import Outcome

MEMORY = 100 * make.MEGABYTE
"""Beyond what the libraries take; a bomb that went off would take four times as much."""

LOUD = "loud.tif"
"""Pillow logs an error about it."""


@pytest.fixture(scope="module")
def folder(photo: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One folder a number, and a file that is not in the list."""
    top = tmp_path_factory.mktemp("all")
    for number in EXPECTED:
        (top / f"{number:02d}").mkdir()
        make.MAKERS[number](top / f"{number:02d}", photo)
    loud = with_tiff_tag(encode(photo, "TIFF"), SAMPLES_PER_PIXEL, 300)
    make.put(top, LOUD, loud)
    yield top
    make.remove_nested(top / "15")


def read_in_a_child(folder: Path, workers: int) -> Any:
    child = subprocess.run(
        [sys.executable, "-W", "always", str(read_all.__file__), str(folder), str(workers)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (child.returncode, child.stderr) == (0, "")
    return json.loads(child.stdout)


@pytest.fixture(scope="module", params=[0, 2])
def seen(folder: Path, request: pytest.FixtureRequest) -> Any:
    return read_in_a_child(folder, request.param)


def test_every_file_has_its_reason_or_its_notes_in_the_order_of_the_walk(seen: Any) -> None:
    expected = {f"{n:02d}/{name}": o for n, files in EXPECTED.items() for name, o in files.items()}
    expected[LOUD] = "corrupt"
    found: dict[str, Outcome] = {
        name: tuple(outcome) if isinstance(outcome, list) else outcome
        for name, outcome in seen["files"].items()
    }
    assert found == expected
    assert list(found) == sorted(expected, key=lambda name: os.fsencode(name).split(b"/"))


def test_good_pictures_are_those_that_they_are_alone(seen: Any, folder: Path) -> None:
    assert len(seen["digests"]) > 90
    for name, digest in seen["digests"].items():
        alone = decode(Candidate(folder / name, name))
        assert isinstance(alone, Picture)
        assert hashlib.sha256(alone.pixels.numpy().tobytes()).hexdigest() == digest, name


def test_little_memory_is_taken(seen: Any) -> None:
    assert seen["bytes"] < MEMORY


def test_every_case_of_a_file_is_in_the_folder() -> None:
    assert set(make.MAKERS) == {*range(5, 56), 63, 64}
    assert set(make.MAKERS) - set(EXPECTED) == {5, 6, 16}
