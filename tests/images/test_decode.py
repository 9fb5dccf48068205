from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.images import colours
from augscore.images import decode as module
from augscore.images.colours import to_rgb
from augscore.images.decode import decode
from augscore.images.limits import MAX_BYTES
from augscore.images.records import Candidate, Picture, Read, Skipped

Encode = Callable[..., bytes]


def put(folder: Path, name: str, data: bytes) -> Read:
    path = folder / name
    path.write_bytes(data)
    return decode(Candidate(path, name))


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


def test_huge_files_are_refused_by_their_size(tmp_path: Path) -> None:
    with open(tmp_path / "a.jpg", "wb") as file:
        file.truncate(MAX_BYTES + 1)
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


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "CMYK", "RGBA", "LA", "I;16", "F"])
def test_bands_of_rows_give_the_pixels_of_the_whole(
    photo: Image.Image, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = photo.convert("L" if mode in ("I;16", "F") else mode)
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image).astype(np.uint16) * 257)
    elif mode == "F":
        image = Image.fromarray(np.asarray(image).astype(np.float32) / 255)
    elif mode in ("RGBA", "LA"):
        image.putalpha(photo.convert("L").rotate(90).resize(photo.size))
    whole = to_rgb(image)
    monkeypatch.setattr(colours, "_BAND_PIXELS", 7 * image.width)
    banded = to_rgb(image)
    assert torch.equal(banded[0], whole[0])
    assert banded[1] == whole[1]
