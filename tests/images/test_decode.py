from __future__ import annotations

import io
import os
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from augscore.images import decode as module
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture, Read, Skipped

Encode = Callable[..., bytes]


def put(folder: Path, name: str, data: bytes, **options: Any) -> Read:
    path = folder / name
    path.write_bytes(data)
    return decode(Candidate(path, name), **options)


def picture(result: Read) -> Picture:
    assert isinstance(result, Picture), result
    assert result.pixels.dtype == torch.uint8
    assert result.pixels.ndim == 3
    assert result.pixels.shape[0] == 3
    assert result.pixels.is_contiguous()
    return result


def skipped(result: Read) -> str:
    assert isinstance(result, Skipped), result
    assert result.detail
    return result.reason


def planes(image: Image.Image) -> torch.Tensor:
    return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def pillow(data: bytes) -> torch.Tensor:
    return planes(Image.open(io.BytesIO(data)))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_png_header(data: bytes, width: int, height: int, rest: bytes = b"") -> bytes:
    ihdr = struct.pack(">II", width, height) + (rest or data[24:29])
    return data[:8] + chunk(b"IHDR", ihdr) + data[33:]


@pytest.mark.parametrize(
    "options",
    [
        {"quality": 90},
        {"quality": 40, "subsampling": 0},
        {"quality": 75, "subsampling": 1},
        {"quality": 85, "progressive": True},
        {"quality": 100, "optimize": True},
        {"quality": 80, "restart_marker_blocks": 2},
        {"quality": 90, "keep_rgb": True},
    ],
)
@pytest.mark.parametrize("size", [(80, 60), (79, 61), (9, 8)])
def test_jpeg_equals_pillow_bit_for_bit(
    tmp_path: Path, photo: Image.Image, encode: Encode, size: tuple[int, int], options: Any
) -> None:
    data = encode(photo.resize(size), "JPEG", **options)
    result = picture(put(tmp_path, "a.jpg", data))
    assert result.id == "a.jpg"
    assert result.notes == ()
    assert torch.equal(result.pixels, pillow(data))


def test_jpeg_goes_through_the_faster_decoder_and_falls_back(
    tmp_path: Path, photo: Image.Image, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    import kornia_rs.io

    data = encode(photo, "JPEG", quality=90)
    calls: list[str] = []

    def refuse(data: bytes, mode: str) -> None:
        calls.append(mode)
        raise RuntimeError("refused")

    monkeypatch.setattr(kornia_rs.io, "decode_image_jpegturbo", refuse)
    assert torch.equal(picture(put(tmp_path, "a.jpg", data)).pixels, pillow(data))
    assert calls == ["rgb"]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_bad_40_exif_orientation(
    tmp_path: Path, photo: Image.Image, encode: Encode, orientation: int, format: str
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"lossless": True} if format == "WEBP" else {}
    data = encode(photo, format, exif=exif, **options)
    result = picture(put(tmp_path, f"a.{format.lower()}", data))
    assert result.notes == ()
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    assert torch.equal(result.pixels, planes(upright))
    assert result.pixels.shape == ((3, 60, 80) if orientation < 5 else (3, 80, 60))
    if format == "PNG":
        assert torch.equal(result.pixels, planes(photo)) == (orientation == 1)


def test_bad_17_empty_file(tmp_path: Path) -> None:
    assert skipped(put(tmp_path, "a.jpg", b"")) == "empty_file"


def test_bad_18_19_pages_and_text(tmp_path: Path) -> None:
    page = put(tmp_path, "a.jpg", b"\xef\xbb\xbf \n<!DOCTYPE html><html>")
    assert skipped(page) == "not_an_image"
    assert isinstance(page, Skipped)
    assert page.detail == "HTML page; a failed download?"
    assert skipped(put(tmp_path, "b.jpg", b"hello")) == "not_an_image"
    assert skipped(put(tmp_path, "c.jpg", bytes(range(256)) * 9)) == "not_an_image"
    assert skipped(put(tmp_path, "d.jpg", b"\0\x05\x16\x07" + bytes(99))) == "not_an_image"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4 ...", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<svg/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\xff\x0a" + bytes(30), "JPEG XL"),
        (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
        (b"II*\0\x10\0\0\0CR\x02\0", "RAW"),
    ],
)
def test_bad_20_21_22_formats_that_are_not_read(tmp_path: Path, data: bytes, kind: str) -> None:
    result = put(tmp_path, "a.jpg", data)
    assert skipped(result) == "unsupported_format"
    assert isinstance(result, Skipped)
    assert kind in result.detail


@pytest.mark.parametrize("extension", ["nef", "dng", "arw"])
def test_bad_22_camera_raw_that_calls_itself_tiff(
    tmp_path: Path, photo: Image.Image, encode: Encode, extension: str
) -> None:
    result = put(tmp_path, f"a.{extension}", encode(photo, "TIFF"))
    assert skipped(result) == "unsupported_format"


@pytest.mark.parametrize(
    ("format", "extension", "exact"),
    [
        ("AVIF", "avif", False),
        ("JPEG2000", "jp2", True),
        ("BMP", "bmp", True),
        ("TIFF", "tif", True),
        ("GIF", "gif", False),
        ("WEBP", "webp", False),
        ("PPM", "ppm", True),
        ("TGA", "tga", True),
        ("PNG", "png", True),
    ],
)
def test_bad_23_formats_that_are_read(
    tmp_path: Path, photo: Image.Image, encode: Encode, format: str, extension: str, exact: bool
) -> None:
    data = encode(photo, format)
    result = picture(put(tmp_path, f"a.{extension}", data))
    assert result.notes == ()
    assert torch.equal(result.pixels, pillow(data))
    if exact:
        assert torch.equal(result.pixels, planes(photo))
    if format != "TGA":  # which has no signature
        assert torch.equal(picture(put(tmp_path, "noextension", data)).pixels, result.pixels)


def test_bad_24_content_beats_the_extension(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    data = encode(photo, "PNG")
    result = picture(put(tmp_path, "a.jpg", data))
    assert result.notes == ("extension_mismatch",)
    assert torch.equal(result.pixels, planes(photo))
    assert picture(put(tmp_path, "a.png", encode(photo, "JPEG"))).notes == ("extension_mismatch",)
    assert picture(put(tmp_path, "A.JPEG", encode(photo, "JPEG"))).notes == ()


def test_bad_25_truncated_jpeg(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    data = encode(photo, "JPEG", quality=90)
    assert skipped(put(tmp_path, "a.jpg", data[: len(data) // 2])) == "truncated"


def test_bad_26_jpeg_without_its_end(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    assert skipped(put(tmp_path, "a.jpg", encode(photo, "JPEG", quality=90)[:-2])) == "truncated"


def test_bad_27_truncated_png(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    data = encode(photo, "PNG")
    assert skipped(put(tmp_path, "a.png", data[: len(data) // 2])) == "truncated"


def test_bad_28_png_without_its_end(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    result = picture(put(tmp_path, "a.png", encode(photo, "PNG")[:-12]))
    assert torch.equal(result.pixels, planes(photo))


def test_bad_29_garbage_inside_a_jpeg_goes_unseen(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    data = bytearray(encode(photo, "JPEG", quality=90))
    middle = len(data) // 2
    data[middle : middle + 80] = bytes(range(80))
    picture(put(tmp_path, "a.jpg", bytes(data)))


def test_bad_30_png_with_a_flipped_byte(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    data = bytearray(encode(photo, "PNG"))
    data[len(data) // 2] ^= 1
    assert skipped(put(tmp_path, "a.png", bytes(data))) == "corrupt"


@pytest.mark.parametrize(
    ("format", "extension"), [("GIF", "gif"), ("WEBP", "webp"), ("PNG", "png"), ("TIFF", "tif")]
)
def test_bad_31_32_33_the_first_frame_is_taken(
    tmp_path: Path, photo: Image.Image, encode: Encode, format: str, extension: str
) -> None:
    second = ImageOps.invert(photo)
    options = {"lossless": True} if format == "WEBP" else {}
    data = encode(photo, format, save_all=True, append_images=[second], **options)
    result = picture(put(tmp_path, f"a.{extension}", data))
    assert result.notes == ("first_frame",)
    difference = (result.pixels.float() - planes(photo).float()).abs().mean()
    assert difference < (12 if format == "GIF" else 0.5)


def test_bad_34_sixteen_bits(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    ramp = np.linspace(0, 65535, 4800).reshape(60, 80).astype(np.uint16)
    expected = torch.from_numpy(np.floor(ramp / 257 + 0.5).astype(np.uint8)).expand(3, -1, -1)
    for format, extension in (("PNG", "png"), ("TIFF", "tif"), ("PPM", "pgm")):
        data = encode(Image.fromarray(ramp), format)
        result = picture(put(tmp_path, f"a.{extension}", data))
        assert result.notes == ("grey", "depth16")
        assert torch.equal(result.pixels, expected), format
    rows = np.array(photo).astype(">u2") * 257
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    rest = chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")
    data = with_png_header(encode(photo, "PNG")[:33] + rest, 80, 60, bytes([16, 2, 0, 0, 0]))
    result = picture(put(tmp_path, "rgb.png", data))
    assert result.notes == ("depth16",)
    assert torch.equal(result.pixels, planes(photo))


def test_bad_35_floating_point(tmp_path: Path, encode: Encode) -> None:
    ramp = np.linspace(0, 1, 4800).reshape(60, 80).astype(np.float32)
    result = picture(put(tmp_path, "a.tif", encode(Image.fromarray(ramp), "TIFF")))
    assert result.notes == ("grey", "float_image")
    assert torch.equal(result.pixels[0], torch.from_numpy(np.round(ramp * 255).astype(np.uint8)))
    for bad in (2.0, -0.5, np.nan, np.inf):
        values = ramp.copy()
        values[3, 4] = bad
        assert skipped(put(tmp_path, "b.tif", encode(Image.fromarray(values), "TIFF"))) == (
            "value_range"
        )


def test_bad_36_palette(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    palette = photo.quantize(16)
    data = encode(palette, "PNG")
    assert torch.equal(picture(put(tmp_path, "a.png", data)).pixels, pillow(data))
    result = picture(put(tmp_path, "b.png", encode(palette, "PNG", transparency=0)))
    assert result.notes == ("alpha_flattened",)
    first = torch.from_numpy(np.array(palette)) == 0
    assert bool((result.pixels[:, first] == 255).all())
    assert torch.equal(result.pixels[:, ~first], planes(palette)[:, ~first])


def test_bad_37_alpha_goes_over_white(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    image = photo.copy()
    image.putalpha(64)
    expected = planes(photo).float() * 64 / 255 + 255 * 191 / 255
    for format in ("PNG", "TIFF", "WEBP"):
        options = {"lossless": True, "exact": True} if format == "WEBP" else {}
        result = picture(put(tmp_path, f"a.{format.lower()}", encode(image, format, **options)))
        assert result.notes == ("alpha_flattened",)
        assert (result.pixels.float() - expected).abs().max() <= 1
    grey = image.convert("LA")
    assert picture(put(tmp_path, "g.png", encode(grey, "PNG"))).notes == ("grey", "alpha_flattened")
    image.putalpha(255)
    opaque = picture(put(tmp_path, "o.png", encode(image, "PNG")))
    assert opaque.notes == ()
    assert torch.equal(opaque.pixels, planes(photo))
    image.putalpha(0)
    assert skipped(put(tmp_path, "t.png", encode(image, "PNG"))) == "fully_transparent"


def test_bad_38_cmyk(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    data = encode(photo.convert("CMYK"), "JPEG", quality=95)
    result = picture(put(tmp_path, "a.jpg", data))
    assert result.notes == ("cmyk",)
    assert torch.equal(result.pixels, pillow(data))


def test_bad_39_grey(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    for mode, format in (("L", "JPEG"), ("L", "PNG"), ("1", "PNG"), ("1", "TIFF")):
        data = encode(photo.convert(mode), format)
        result = picture(put(tmp_path, f"a.{format.lower()}", data))
        assert result.notes == ("grey",)
        assert torch.equal(result.pixels, pillow(data))
        assert torch.equal(result.pixels[0], result.pixels[2])


@pytest.mark.parametrize("filters", ["ignore", "error"])
def test_bad_41_bad_exif_is_orientation_1_whatever_the_warning_filters(
    tmp_path: Path, photo: Image.Image, encode: Encode, filters: Any
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 9
    nine = encode(photo, "JPEG", exif=exif)
    garbage = encode(photo, "JPEG", exif=b"Exif\0\0garbagegarbage")
    cut = encode(photo, "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0")
    with warnings.catch_warnings():
        warnings.simplefilter(filters)
        for data in (nine, garbage, cut):
            result = picture(put(tmp_path, "a.jpg", data))
            assert result.notes == ("bad_exif",)
            assert torch.equal(result.pixels, pillow(encode(photo, "JPEG")))


def test_bad_42_colour_profiles_are_ignored(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    from PIL import ImageCms

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile, notes in ((b"garbage" * 20, ("icc_ignored",)), (srgb, ())):
        result = picture(put(tmp_path, "a.png", encode(photo, "PNG", icc_profile=profile)))
        assert result.notes == notes
        assert torch.equal(result.pixels, planes(photo))


def test_bad_45_46_sizes_are_refused_by_the_header(
    tmp_path: Path, photo: Image.Image, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object) -> None:
        raise AssertionError("pixels were asked for")

    monkeypatch.setattr(module, "_pixels", never)
    png, jpeg = encode(photo, "PNG"), bytearray(encode(photo, "JPEG"))
    start = jpeg.index(b"\xff\xc0") + 5
    jpeg[start : start + 4] = struct.pack(">HH", 65500, 65500)
    assert skipped(put(tmp_path, "a.jpg", bytes(jpeg))) == "too_many_pixels"
    for width, height in ((20_000, 20_000), (12_000, 9_000), (2**31 - 1, 2**31 - 1)):
        data = with_png_header(png, width, height)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert skipped(put(tmp_path, "a.png", data)) == "too_many_pixels"
    assert skipped(put(tmp_path, "b.png", png, max_pixels=4799)) == "too_many_pixels"


def test_the_pixel_limit_itself_is_allowed(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    picture(put(tmp_path, "b.png", encode(photo, "PNG"), max_pixels=4800))


def test_bad_47_a_small_chunk_that_unpacks_to_much(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    png = encode(photo, "PNG")
    for kind in (b"zTXt", b"iCCP"):
        bomb = chunk(kind, b"k\0\0" + zlib.compress(b"a" * 3_000_000))
        assert skipped(put(tmp_path, "a.png", png[:33] + bomb + png[33:])) == "corrupt"


def test_bad_48_odd_sizes(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    for size in ((1, 1), (1, 10_000), (7, 100), (20_000, 20)):
        data = encode(photo.resize(size), "PNG")
        assert skipped(put(tmp_path, "a.png", data)) == "too_small"
    assert picture(put(tmp_path, "b.png", encode(photo.resize((8, 8)), "PNG"))).notes == ()
    assert picture(put(tmp_path, "c.png", encode(photo.resize((210, 10)), "PNG"))).notes == (
        "extreme_aspect",
    )
    skipped(put(tmp_path, "z.png", with_png_header(encode(photo, "PNG"), 0, 0)))


def test_bad_49_constant(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    flat = Image.new("RGB", (64, 64), (9, 8, 7))
    assert picture(put(tmp_path, "a.png", encode(flat, "PNG"))).notes == ("constant",)
    flat.putpixel((63, 62), (9, 8, 6))
    assert picture(put(tmp_path, "a.png", encode(flat, "PNG"))).notes == ()


def test_the_long_side_is_capped_after_turning(
    tmp_path: Path, photo: Image.Image, encode: Encode
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode(photo.resize((2048, 1000)), "JPEG", exif=exif)
    result = picture(put(tmp_path, "a.jpg", data))
    assert result.notes == ("capped",)
    assert result.pixels.shape == (3, 1024, 500)
    assert picture(put(tmp_path, "b.png", encode(photo.resize((1024, 9)), "PNG"))).notes == (
        "extreme_aspect",
    )


def test_bad_56_a_file_that_vanished(tmp_path: Path) -> None:
    assert skipped(decode(Candidate(tmp_path / "gone.jpg", "gone.jpg"))) == "vanished"
    (tmp_path / "broken.jpg").symlink_to("nothing")
    assert skipped(decode(Candidate(tmp_path / "broken.jpg", "broken.jpg"))) == "broken_link"


def test_bad_10_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "f.jpg")
    assert skipped(decode(Candidate(tmp_path / "f.jpg", "f.jpg"))) == "not_regular"


def test_huge_files_are_refused_by_their_size(tmp_path: Path) -> None:
    with open(tmp_path / "a.jpg", "wb") as file:
        file.truncate(module.MAX_BYTES + 1)
    assert skipped(decode(Candidate(tmp_path / "a.jpg", "a.jpg"))) == "too_many_bytes"


@pytest.mark.parametrize(
    ("error", "reason"), [(MemoryError(), "out_of_memory"), (RecursionError("x"), "corrupt")]
)
def test_no_failure_of_a_decoder_gets_out(
    tmp_path: Path,
    photo: Image.Image,
    encode: Encode,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    reason: str,
) -> None:
    def fail(*arguments: object) -> None:
        raise error

    monkeypatch.setattr(module, "_pixels", fail)
    result = put(tmp_path, "a.png", encode(photo, "PNG"))
    assert skipped(result) == reason
    assert isinstance(result, Skipped)
    assert type(error).__name__ in result.detail


def test_keyboard_interrupt_gets_out(
    tmp_path: Path, photo: Image.Image, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_pixels", interrupt)
    with pytest.raises(KeyboardInterrupt):
        put(tmp_path, "a.png", encode(photo, "PNG"))


def test_reading_writes_nothing(tmp_path: Path, photo: Image.Image, encode: Encode) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(encode(photo, "PNG"))
    before = (path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(tmp_path)))
    decode(Candidate(path, "a.png"))
    assert before == (path.read_bytes(), path.stat().st_mtime_ns, sorted(os.listdir(tmp_path)))
