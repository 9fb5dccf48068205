"""C. Damaged: nothing is filled in, and what is whole is read."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from augscore.images import decode as module
from tests.bad_inputs import make
from tests.bad_inputs.encode import encode, exif_orientation, jpeg
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import details, outcomes, pictures
from tests.bad_inputs.pixels import planes


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("a decoder was asked")

    monkeypatch.setattr(module, "_pixels", never)


@pytest.mark.usefixtures("no_decoder")
def test_bad_25_truncated_jpeg(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_25_truncated_jpeg(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[25]
    assert details(tmp_path)["header.jpg"] == "the JPEG ends inside its header"


def test_bad_25_wherever_a_jpeg_ends(tmp_path: Path, photo: Image.Image) -> None:
    data = jpeg(photo, exif=exif_orientation(6), comment="x" * 50)
    for length in range(4, len(data), 23):
        make.put(tmp_path, "a.jpg", data[:length])
        assert outcomes(tmp_path) in ({"a.jpg": "truncated"}, {"a.jpg": "corrupt"}), length


@pytest.mark.usefixtures("no_decoder")
def test_bad_26_jpeg_without_its_end(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_26_jpeg_without_its_end(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[26]


def test_bad_26_what_follows_the_end_of_a_jpeg_is_nothing(
    tmp_path: Path, photo: Image.Image
) -> None:
    make.put(tmp_path, "whole.jpg", jpeg(photo))
    make.put(tmp_path, "more.jpg", jpeg(photo) + b"camera maker's notes" * 9)
    assert outcomes(tmp_path) == {"more.jpg": (), "whole.jpg": ()}
    read = pictures(tmp_path)
    assert torch.equal(read["more.jpg"], read["whole.jpg"])


@pytest.mark.usefixtures("no_decoder")
def test_bad_27_truncated_png(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_27_truncated_png(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[27]


def test_bad_27_wherever_a_png_ends(tmp_path: Path, photo: Image.Image) -> None:
    data = encode(photo.resize((24, 20)), "PNG")
    for length in range(16, len(data) - 16, 5):
        make.put(tmp_path, "a.png", data[:length])
        assert outcomes(tmp_path) in ({"a.png": "truncated"}, {"a.png": "corrupt"}), length


def test_bad_28_png_without_its_end(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_28_png_without_its_end(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[28]
    assert torch.equal(pictures(tmp_path)["a.png"], planes(photo))


def test_bad_29_garbage_in_a_jpeg_goes_unseen(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_29_garbage_in_a_jpeg(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[29]


@pytest.mark.usefixtures("no_decoder")
def test_bad_30_png_with_a_flipped_byte(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_30_png_with_a_flipped_byte(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[30]
    assert details(tmp_path) == {"a.png": "pixels of the PNG do not match their checksum"}
