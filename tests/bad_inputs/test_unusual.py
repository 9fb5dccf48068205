"""D. Unusual but valid: measured as it would be seen, with a note; or refused by its header."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from augscore.images import decode as module
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture, Skipped
from augscore.images.resize import upsampled_note
from tests.bad_inputs import make
from tests.bad_inputs.encode import jpeg
from tests.bad_inputs.expected import EXPECTED
from tests.bad_inputs.outcomes import details, outcomes, pictures, results
from tests.bad_inputs.pixels import pillow, planes


def mean_difference(pixels: torch.Tensor, image: Image.Image) -> float:
    return float((pixels.float() - planes(image).float()).abs().mean())


def test_bad_31_animated_gif(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_31_animated_gif(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[31]
    assert mean_difference(pictures(tmp_path)["a.gif"], photo) < 12


def test_bad_32_animated_webp_and_png(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_32_animated_webp_and_png(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[32]
    for pixels in pictures(tmp_path).values():
        assert mean_difference(pixels, photo) < 0.5


def test_bad_33_pages(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_33_pages(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[33]
    assert torch.equal(pictures(tmp_path)["a.tif"], planes(photo))


def test_bad_34_sixteen_bits(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_34_sixteen_bits(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[34]
    levels = np.floor(make.ramp16(photo) / 257 + 0.5).astype(np.uint8)
    read = pictures(tmp_path)
    for name in ("grey.pgm", "grey.png", "grey.tif"):
        assert torch.equal(read[name], torch.from_numpy(levels).expand(3, -1, -1)), name
    assert torch.equal(read["rgb.png"], planes(photo))


def test_bad_35_floating_point(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_35_floating_point(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[35]
    ramp = (make.ramp16(photo) / 65535).astype(np.float32)
    levels = torch.from_numpy(np.round(ramp * 255).astype(np.uint8))
    assert torch.equal(pictures(tmp_path)["unit.tif"], levels.expand(3, -1, -1))


def test_bad_36_palette(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_36_palette(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[36]
    palette = photo.quantize(16)
    read = pictures(tmp_path)
    assert torch.equal(read["opaque.png"], planes(palette))
    clear = torch.from_numpy(np.array(palette)) == 0
    assert bool((read["colour.png"][:, clear] == 255).all())
    assert torch.equal(read["colour.png"][:, ~clear], planes(palette)[:, ~clear])


def test_bad_37_alpha_goes_over_white(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_37_alpha(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[37]
    read = pictures(tmp_path)
    expected = planes(photo).float() * 64 / 255 + 255 * 191 / 255
    for name in ("a.png", "a.tif", "a.webp"):
        assert (read[name].float() - expected).abs().max() <= 1, name
    assert torch.equal(read["opaque.png"], planes(photo))


def test_bad_38_cmyk(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_38_cmyk(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[38]
    for name, pixels in pictures(tmp_path).items():
        assert torch.equal(pixels, pillow(tmp_path / name)), name
    assert mean_difference(pictures(tmp_path)["adobe.jpg"], photo) < 8


def test_bad_39_grey(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_39_grey(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[39]
    for name, pixels in pictures(tmp_path).items():
        assert torch.equal(pixels, pillow(tmp_path / name)), name
        assert torch.equal(pixels[0], pixels[2])


def test_bad_40_orientation_is_applied(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_40_orientations(tmp_path, photo)
    read = pictures(tmp_path)
    assert len(read) == 32
    assert set(outcomes(tmp_path).values()) == {()}
    for name, pixels in read.items():
        with Image.open(tmp_path / name) as image:
            assert torch.equal(pixels, planes(ImageOps.exif_transpose(image))), name
        assert pixels.shape == ((3, 60, 80) if name < "5" else (3, 80, 60))
    for value in range(2, 9):
        assert not torch.equal(read[f"{value}.png"], planes(photo))


@pytest.mark.parametrize("filters", ["ignore", "error"])
def test_bad_41_broken_exif_is_orientation_1_whatever_the_warning_filters(
    tmp_path: Path, photo: Image.Image, filters: Any
) -> None:
    make.bad_41_broken_exif(tmp_path, photo)
    plain = planes(Image.open(io.BytesIO(jpeg(photo))))
    with warnings.catch_warnings():
        warnings.simplefilter(filters)
        read = pictures(tmp_path)
        notes = outcomes(tmp_path)
    assert notes == dict.fromkeys(["cut.jpg", "garbage.jpg", "nine.jpg"], ("bad_exif",))
    for pixels in read.values():
        assert torch.equal(pixels, plain)


def test_bad_42_colour_profiles_are_ignored(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_42_colour_profiles(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[42]
    for pixels in pictures(tmp_path).values():
        assert torch.equal(pixels, planes(photo))


def test_bad_43_jpeg_variants_are_read(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_43_jpeg_variants(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[43]
    read = pictures(tmp_path)
    for name in EXPECTED[43]:
        assert torch.equal(read[name], pillow(tmp_path / name)), name
    y, x = np.mgrid[:16, :24]
    drawn = Image.fromarray(np.stack([x * 10, y * 15, x * y % 256], axis=2).astype(np.uint8))
    assert mean_difference(read["arithmetic.jpg"], drawn) < 5
    assert torch.equal(read["arithmetic.jpg"], read["arithmetic-progressive.jpg"])


@pytest.fixture
def no_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("a decoder was asked")

    for name in ("_open", "_pixels"):
        monkeypatch.setattr(module, name, never)


@pytest.mark.usefixtures("no_decoder")
def test_bad_44_jpeg_variants_that_are_not_read(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_44_unread_jpeg_variants(tmp_path, photo)
    assert set(outcomes(tmp_path).values()) == {"unsupported_variant"}
    assert details(tmp_path) == {
        "hierarchical.jpg": "hierarchical JPEG",
        "lossless.jpg": "lossless JPEG",
        "twelve.jpg": "JPEG of 12 bits a sample",
    }


@pytest.mark.usefixtures("no_decoder")
def test_bad_45_honest_bombs(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_45_honest_bombs(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[45]
    assert details(tmp_path)["grey.png"] == "20000 x 20000; the limit is 100,000,000"


def test_bad_46_lying_headers(
    tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_pixels", None)
    make.bad_46_lying_headers(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[46]


def test_bad_46_the_limit_itself_is_allowed(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_23_read_formats(tmp_path, photo)
    for name in make.FORMATS:
        candidate = Candidate(tmp_path / name, name)
        assert isinstance(decode(candidate, max_pixels=80 * 60), Picture)
        refused = decode(candidate, max_pixels=80 * 60 - 1)
        assert isinstance(refused, Skipped)
        assert refused.reason == "too_many_pixels"


def test_bad_46_a_larger_limit_than_pillows(
    tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    make.bad_23_read_formats(tmp_path, photo)
    kept = dict.fromkeys(["a.tif", "a.webp"], "too_many_pixels")
    assert outcomes(tmp_path) == {**EXPECTED[23], **kept}


def test_bad_47_chunks_that_unpack_to_much(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_47_chunks_that_unpack_to_much(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[47]


def test_bad_48_odd_sizes(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_48_odd_sizes(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[48]
    assert details(tmp_path)["capped.png"] == (
        "20000 x 20, 1 px once capped; the short side needs 8 px"
    )


@pytest.mark.usefixtures("no_decoder")
def test_bad_48_small_pictures_are_judged_by_the_header(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_48_odd_sizes(tmp_path, photo)
    for name in ("least.png", "long.png"):
        (tmp_path / name).unlink()
    assert set(outcomes(tmp_path).values()) == {"too_small"}


def test_bad_48_what_is_enlarged_is_noted() -> None:
    pixels = torch.zeros(3, 100, 223, dtype=torch.uint8)
    assert upsampled_note(pixels, 101) == ("upsampled",)
    assert upsampled_note(pixels, 100) == ()


def test_bad_49_constant(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_49_constant(tmp_path, photo)
    assert outcomes(tmp_path) == EXPECTED[49]


def test_bad_50_the_same_bytes_have_the_same_digest(tmp_path: Path, photo: Image.Image) -> None:
    make.bad_50_the_same_bytes(tmp_path, photo)
    read = results(tmp_path).values()
    first, copy, link, other = [r.digest for r in read if isinstance(r, Picture)]
    assert first == copy == link != other
    assert len(bytes.fromhex(first)) == 8
