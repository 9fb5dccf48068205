"""What PNG and JPEG files say before their pixels, read without a decoder.

A bomb, a variant that is not read, a cut or damaged file are seen within microseconds, before a
decoder has spent the time of a good image on them. What is not understood here is left to Pillow.
"""

from __future__ import annotations

import struct
import zlib

from augscore.images.colours import Unmeasurable
from augscore.images.limits import check_size

_DECODED_FRAMES = frozenset([0xC0, 0xC1, 0xC2, 0xC9, 0xCA])
"""Baseline, extended and progressive; the last two with arithmetic coding."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_LOSSLESS_FRAMES = frozenset([0xC3, 0xC7, 0xCB, 0xCF])
_WITHOUT_LENGTH = frozenset([0x01, *range(0xD0, 0xD9)])
_SCAN, _END = 0xDA, 0xD9


def check_header(data: bytes, format: str, max_pixels: int) -> None:
    """Raises `Unmeasurable`: `too_many_pixels`, `too_small`, `unsupported_variant`, `truncated`,
    `corrupt`."""
    if format == "JPEG":
        _check_jpeg(data, max_pixels)
    elif format == "PNG":
        _check_png(data, max_pixels)


def _check_jpeg(data: bytes, max_pixels: int) -> None:
    place = _frame(data)
    if place is None or place + 9 > len(data):
        return
    precision, height, width = struct.unpack_from(">BHH", data, place + 4)
    check_size(width, height, max_pixels)
    _check_variant(data[place + 1], precision)
    if data.rfind(b"\xff\xd9", place) < 0:
        raise Unmeasurable("truncated", "the JPEG ends without its end marker")


def _frame(data: bytes) -> int | None:
    """Where the start-of-frame segment of a JPEG lies."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker in _FRAMES:
            return place
        if marker in (_SCAN, _END):
            return None
        place += _length(data, place, marker)
    if place > len(data):
        raise Unmeasurable("truncated", "the JPEG ends inside its header")
    return None


def _length(data: bytes, place: int, marker: int) -> int:
    if marker == 0xFF:
        return 1
    if marker in _WITHOUT_LENGTH:
        return 2
    return 2 + int.from_bytes(data[place + 2 : place + 4], "big")


def _check_variant(frame: int, precision: int) -> None:
    if frame in _LOSSLESS_FRAMES:
        raise Unmeasurable("unsupported_variant", "lossless JPEG")
    if precision != 8:
        raise Unmeasurable("unsupported_variant", f"JPEG of {precision} bits a sample")
    if frame not in _DECODED_FRAMES:
        raise Unmeasurable("unsupported_variant", "hierarchical JPEG")


def _check_png(data: bytes, max_pixels: int) -> None:
    if data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack_from(">II", data, 16)
        check_size(width, height, max_pixels)
    place, kind = 8, b""
    pixels_met = False
    while place + 8 <= len(data) and kind != b"IEND":
        kind = data[place + 4 : place + 8]
        pixels_met = pixels_met or kind == b"IDAT"
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        if kind == b"IDAT" or not pixels_met:
            _check_chunk(data, place, end, kind)
        place = end + 4


def _check_chunk(data: bytes, place: int, end: int, kind: bytes) -> None:
    if end > len(data):
        raise Unmeasurable("truncated", "the PNG ends inside a chunk")
    if kind != b"IDAT" or end + 4 > len(data):
        return
    if zlib.crc32(memoryview(data)[place + 4 : end]) != int.from_bytes(data[end : end + 4], "big"):
        raise Unmeasurable("corrupt", "pixels of the PNG do not match their checksum")
