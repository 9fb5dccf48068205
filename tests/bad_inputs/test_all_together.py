"""All cases in one folder: none changes what comes of another, none is loud, none takes much."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture
from tests.bad_inputs import make, read_all
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import Outcome

MEMORY = 100 * make.MEGABYTE
"""Beyond what the libraries take; a bomb that went off would take four times as much."""


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
def seen(all_cases: Path, request: pytest.FixtureRequest) -> Any:
    return read_in_a_child(all_cases, request.param)


def test_every_file_has_its_reason_or_its_notes_in_the_order_of_the_walk(seen: Any) -> None:
    expected = {f"{n:02d}/{name}": o for n, files in EXPECTED.items() for name, o in files.items()}
    expected[make.LOUD] = "corrupt"
    found: dict[str, Outcome] = {
        name: tuple(outcome) if isinstance(outcome, list) else outcome
        for name, outcome in seen["files"].items()
    }
    assert found == expected
    assert list(found) == sorted(expected, key=lambda name: os.fsencode(name).split(b"/"))


def test_good_pictures_are_those_that_they_are_alone(seen: Any, all_cases: Path) -> None:
    assert len(seen["digests"]) > 90
    for name, digest in seen["digests"].items():
        alone = decode(Candidate(all_cases / name, name))
        assert isinstance(alone, Picture)
        assert hashlib.sha256(alone.pixels.numpy().tobytes()).hexdigest() == digest, name


def test_little_memory_is_taken(seen: Any) -> None:
    assert seen["bytes"] < MEMORY


def test_every_case_of_a_file_is_in_the_folder() -> None:
    assert set(make.MAKERS) == {*range(5, 56), 63, 64}
    assert set(make.MAKERS) - set(EXPECTED) == {5, 6, 16}
