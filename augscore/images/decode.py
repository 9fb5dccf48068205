"""One file → upright uint8 RGB pixels, or the reason why there are none.

Cheapest checks first: status, first bytes, header against the limits, and only then pixels.
JPEG goes through kornia_rs (libjpeg-turbo, faster than Pillow and equal to it bit for bit), all
else and whatever kornia_rs refuses through Pillow. What Pillow has to remark on the way becomes a
note or a reason, never a line on stderr.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import stat
import struct
import threading
import warnings
from collections.abc import Callable

import torch
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.Image import DecompressionBombError, Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TgaImagePlugin import TgaImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from augscore.images.colours import Unmeasurable, to_rgb
from augscore.images.headers import check_header
from augscore.images.limits import (
    MAX_ASPECT,
    MAX_BYTES,
    MAX_PIXELS,
    check_bytes,
    check_short_side,
    check_size,
)
from augscore.images.reasons import os_detail, os_reason
from augscore.images.records import Candidate, Picture, Skipped
from augscore.images.resize import cap_long_side
from augscore.images.sniff import FORMAT_OF, HEAD_BYTES, Sniffed, extension_of, sniff

_READERS: dict[str, Callable[[io.BytesIO], Image]] = {
    "AVIF": AvifImageFile,
    "BMP": BmpImageFile,
    "GIF": GifImageFile,
    "JPEG": JpegImageFile,
    "JPEG2000": Jpeg2KImageFile,
    "PNG": PngImageFile,
    "PPM": PpmImageFile,
    "TGA": TgaImageFile,
    "TIFF": TiffImageFile,
    "WEBP": WebPImageFile,
}
"""Called by name: `Image.open` would load all of Pillow's plugins at the first failure, and has
a pixel limit of its own (which those of TIFF and WebP keep)."""

_UNREADABLE_HEADER = (SyntaxError, IndexError, TypeError, struct.error)
"""What Pillow's readers raise for a header that they do not understand."""

_ORIENTATION = 0x0112
_quiet = threading.Lock()

# Once and here: the filters belong to the whole process, so threads cannot set their own.
warnings.filterwarnings("ignore", module=r"PIL\.")
logging.getLogger("PIL").addHandler(logging.NullHandler())


def decode(candidate: Candidate, *, max_pixels: int = MAX_PIXELS) -> Picture | Skipped:
    """(3, H, W) uint8, upright, long side at most 1024 px; never raises for a bad file.

    Notes: `grey`, `alpha_flattened`, `cmyk`, `depth16`, `float_image`, `first_frame`, `bad_exif`,
    `icc_ignored`, `extension_mismatch`, `extreme_aspect`, `constant`, `capped`.
    """
    try:
        try:
            return _decode(candidate, max_pixels)
        except Warning:
            # Only where the process turns warnings into errors. The filters belong to the whole
            # process, so they are touched in this case alone and by one thread at a time.
            with _quiet, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return _decode(candidate, max_pixels)
    except Unmeasurable as refused:
        return Skipped(candidate.name, refused.reason, refused.detail)
    except MemoryError as error:
        return Skipped(candidate.name, "out_of_memory", type(error).__name__)
    except Exception as error:
        return Skipped(candidate.name, _reason(error), _detail(error))


def finish(pixels: torch.Tensor) -> tuple[torch.Tensor, tuple[str, ...]]:
    """What holds for pixels from anywhere: large enough to measure, long side capped; notes.

    Raises `Unmeasurable` (`too_small`).
    """
    height, width = pixels.shape[-2:]
    check_short_side(width, height)
    notes: list[str] = []
    if max(height, width) > MAX_ASPECT * min(height, width):
        notes.append("extreme_aspect")
    if _is_constant(pixels):
        notes.append("constant")
    capped = cap_long_side(pixels)
    if capped is not pixels:
        notes.append("capped")
    return capped, tuple(notes)


def _decode(candidate: Candidate, max_pixels: int) -> Picture:
    extension = extension_of(candidate.name)
    data, kind = _contents(candidate, extension)
    check_header(data, kind.format, max_pixels)
    pixels, notes = _loaded(data, kind.format, extension, max_pixels)
    pixels, finish_notes = finish(pixels)
    digest = hashlib.blake2b(data, digest_size=8).hexdigest()
    return Picture(candidate.name, pixels, (*notes, *finish_notes), digest)


def _loaded(
    data: bytes, format: str, extension: str, max_pixels: int
) -> tuple[torch.Tensor, tuple[str, ...]]:
    """Upright pixels; Pillow's own copy of them is gone when this returns."""
    with _open(data, format, max_pixels) as image:
        notes = _header_notes(image, format, extension)
        pixels, colour_notes = _pixels(data, image)
        pixels, orientation_notes = _upright(pixels, image)
    return pixels, (*notes, *colour_notes, *orientation_notes)


def _contents(candidate: Candidate, extension: str) -> tuple[bytes, Sniffed]:
    """The bytes of a file whose status and first bytes promise an image that is read."""
    status = os.stat(candidate.path)
    if not stat.S_ISREG(status.st_mode):
        raise Unmeasurable("not_regular", "not a regular file")
    if status.st_size == 0:
        raise Unmeasurable("empty_file", "0 bytes")
    check_bytes(status.st_size)
    with open(candidate.path, "rb") as file:
        head = file.read(HEAD_BYTES)
        kind = sniff(head, extension)
        if not kind.format:
            raise Unmeasurable(kind.reason, kind.detail)
        data = head + file.read(MAX_BYTES + 1 - len(head))
    check_bytes(len(data))
    return data, kind


def _open(data: bytes, format: str, max_pixels: int) -> Image:
    try:
        image = _READERS[format](io.BytesIO(data))
    except _UNREADABLE_HEADER:
        raise Unmeasurable("corrupt", f"begins as {format}, but its header is damaged") from None
    check_size(*image.size, max_pixels)
    return image


def _header_notes(image: Image, format: str, extension: str) -> tuple[str, ...]:
    notes = {
        "extension_mismatch": FORMAT_OF.get(extension, format) != format,
        "first_frame": getattr(image, "is_animated", False),
        "icc_ignored": _has_other_profile(image.info.get("icc_profile")),
        "depth16": image.mode.startswith(("RGB", "LA")) and ";16" in _raw_mode(image),
    }
    return tuple(code for code, holds in notes.items() if holds)


def _has_other_profile(profile: object) -> bool:
    if not isinstance(profile, bytes) or not profile:
        return False
    return b"sRGB" not in profile and "sRGB".encode("utf-16-be") not in profile


def _raw_mode(image: Image) -> str:
    """How the file stores its pixels: `RGB;16B` tells what the mode `RGB` no longer does."""
    tiles = getattr(image, "tile", None)
    if not tiles:
        return ""
    arguments = tiles[0][3]
    return str(arguments[0] if isinstance(arguments, tuple) and arguments else arguments)


def _pixels(data: bytes, image: Image) -> tuple[torch.Tensor, tuple[str, ...]]:
    if image.format == "JPEG" and image.mode in ("RGB", "L"):
        pixels = _turbo(data, image.size)
        if pixels is not None:
            return pixels, ("grey",) if image.mode == "L" else ()
    image.load()
    return to_rgb(image)


def _turbo(data: bytes, size: tuple[int, int]) -> torch.Tensor | None:
    """None where kornia_rs is absent or refuses the file: Pillow then has the last word."""
    try:
        from kornia_rs.io import decode_image_jpegturbo

        array = decode_image_jpegturbo(data, "rgb")
    except MemoryError:
        raise
    except Exception:
        return None
    if array.shape != (size[1], size[0], 3):
        return None
    return torch.from_numpy(array).permute(2, 0, 1).contiguous()


def _upright(pixels: torch.Tensor, image: Image) -> tuple[torch.Tensor, tuple[str, ...]]:
    """EXIF orientation 1..8 applied. Asked after loading: Pillow turns TIFF itself by then."""
    orientation, notes = _orientation(image)
    if orientation in (5, 6, 7, 8):
        pixels = pixels.transpose(1, 2)
    flips = [axis for axis, turned in _FLIPS.items() if orientation in turned]
    if flips:
        pixels = pixels.flip(flips)
    return pixels.contiguous(), notes


_FLIPS = {1: (3, 4, 7, 8), 2: (2, 3, 6, 7)}
"""Axis → the orientations that mirror it, after the transposition of 5 to 8."""


def _orientation(image: Image) -> tuple[int, tuple[str, ...]]:
    try:
        exif = image.getexif()
        orientation = exif.get(_ORIENTATION, 1)
    except Warning:
        raise
    except Exception:
        return 1, ("bad_exif",)
    if orientation not in range(1, 9):
        return 1, ("bad_exif",)
    return int(orientation), ("bad_exif",) if image.info.get("exif") and not len(exif) else ()


def _detail(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno:
        return os_detail(error)
    return f"{type(error).__name__}: {error}"


def _is_constant(pixels: torch.Tensor) -> bool:
    first = pixels[:, :1, :1]
    if not bool((pixels[:, ::16, ::16] == first).all()):
        return False
    return bool((pixels == first).all())


def _reason(error: Exception) -> str:
    if isinstance(error, DecompressionBombError):
        return "too_many_pixels"
    if isinstance(error, FileNotFoundError):
        return "broken_link" if error.filename and os.path.islink(error.filename) else "vanished"
    if isinstance(error, OSError) and error.errno:
        return os_reason(error)
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return "truncated"
    return "corrupt"
