"""E. Names: any bytes that the file system takes are a name, kept exactly."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Candidate, Ignored, Skipped
from tests.bad_inputs import make
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import outcomes


def test_bad_51_names_for_terminals(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_51_names_for_terminals(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[51]


def test_bad_52_name_that_is_not_utf8(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_52_name_that_is_not_utf8(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[52]
    assert list(outcomes(tmp_path)) == ["bad\udcff.jpg"]


def test_bad_53_longest_name(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_53_longest_name(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[53]


def test_bad_54_names_that_look_alike(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_54_names_that_look_alike(tmp_path, photo)
    assert list(outcomes(tmp_path)) == sorted(make.ALIKE, key=os.fsencode)


def test_bad_55_name_like_an_option(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_55_name_like_an_option(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[55]


file_names = st.binary(min_size=1, max_size=40).filter(
    lambda n: b"/" not in n and b"\0" not in n and n not in (b".", b"..")
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
@given(st.sets(file_names, max_size=8))
def test_bad_51_52_any_bytes_make_a_name(raw: set[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in raw:
            with open(os.path.join(os.fsencode(folder), name + b".jpg"), "wb") as file:
                file.write(b"x")
        found = list(find([Path(folder)], hidden=True))
        results = list(read(found, workers=0))
    expected = sorted(name + b".jpg" for name in raw)
    assert [os.fsencode(f.name) for f in found] == expected
    for item, result in zip(found, results, strict=True):
        assert isinstance(result, Skipped if isinstance(item, Candidate) else Ignored)
        assert result.name == item.name
