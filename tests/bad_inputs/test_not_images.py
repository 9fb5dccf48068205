"""B. Not an image: named by its first bytes, before any decoder sees it."""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image

from tests.bad_inputs import make
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import details, outcomes, pictures
from tests.bad_inputs.pixels import pillow, planes


def test_bad_17_empty_file(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_17_empty_file(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[17]


def test_bad_18_page(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_18_page(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[18]
    assert details(tmp_path) == {"a.jpg": "HTML page; a failed download?"}


def test_bad_19_text_and_noise(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_19_text_and_noise(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[19]


def test_bad_20_pdf(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_20_pdf(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[20]
    assert "PDF" in details(tmp_path)["a.jpg"]


def test_bad_21_svg(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_21_svg(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[21]
    assert all("SVG" in detail for detail in details(tmp_path).values())


def test_bad_22_formats_that_are_not_read(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_22_unread_formats(tmp_path, photo)
    assert details(tmp_path) == {
        "apple.heic": "HEIC image; convert it first",
        "bare.jxl": "JPEG XL image; convert it first",
        "boxed.jxl": "JPEG XL image; convert it first",
        "generic.heif": "HEIC image; convert it first",
        "raw.cr2": "camera RAW; convert it first",
        "tiff.arw": "camera RAW; convert it first",
        "tiff.dng": "camera RAW; convert it first",
        "tiff.nef": "camera RAW; convert it first",
    }
    assert set(outcomes(tmp_path).values()) == {"unsupported_format"}


def test_bad_23_formats_that_are_read(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_23_read_formats(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[23]
    read = pictures(tmp_path)
    for name, pixels in read.items():
        assert torch.equal(pixels, pillow(tmp_path / name)), name
    for name in ("a.jp2", "a.bmp", "a.tif", "a.ppm", "a.tga", "a.png"):
        assert torch.equal(read[name], planes(photo)), name


def test_bad_23_a_signature_needs_no_extension(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_23_read_formats(tmp_path, photo)
    with_extension = pictures(tmp_path)
    (tmp_path / "a.tga").unlink()  # which has no signature
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.suffix[1:])
    without = pictures(tmp_path)
    assert len(without) == len(with_extension) - 1
    by_extension = {Path(name).suffix[1:]: pixels for name, pixels in with_extension.items()}
    for extension, pixels in without.items():
        assert torch.equal(pixels, by_extension[extension])


def test_bad_24_content_beats_the_extension(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_24_wrong_extension(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[24]
    assert torch.equal(pictures(tmp_path)["png.jpg"], planes(photo))
