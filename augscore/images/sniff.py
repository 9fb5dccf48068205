"""The format of a file by its first bytes, before any decoder sees it."""

from __future__ import annotations

import os
from dataclasses import dataclass

HEAD_BYTES = 512

FORMAT_OF = {
    **dict.fromkeys(("jpg", "jpeg", "jpe", "jfif", "mpo"), "JPEG"),
    **dict.fromkeys(("png", "apng"), "PNG"),
    **dict.fromkeys(("bmp", "dib"), "BMP"),
    **dict.fromkeys(("tif", "tiff"), "TIFF"),
    **dict.fromkeys(("ppm", "pgm", "pbm", "pnm"), "PPM"),
    **dict.fromkeys(("avif", "avifs"), "AVIF"),
    **dict.fromkeys(("jp2", "j2k", "j2c", "jpc", "jpf", "jpx"), "JPEG2000"),
    "gif": "GIF",
    "webp": "WEBP",
    "tga": "TGA",
}
"""Extension → Pillow's name of the format it promises, for every format that is read."""

_RAW_EXTENSIONS = frozenset(["cr2", "cr3", "nef", "arw", "dng", "orf", "rw2", "raf"])
UNREAD_EXTENSIONS = _RAW_EXTENSIONS | {"heic", "heif", "hif", "jxl", "svg", "psd"}
"""Images that are not read: offered all the same, so that the report names them."""


@dataclass(frozen=True)
class Sniffed:
    """`format` is Pillow's name of a format that is read, or `reason` and `detail` say why not."""

    format: str = ""
    reason: str = ""
    detail: str = ""


_READ = (
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG2000"),
    (b"\xff\x4f\xff\x51", "JPEG2000"),
)
_UNREAD = (
    (b"%PDF", "PDF document"),
    (b"\xff\x0a", "JPEG XL image"),
    (b"\0\0\0\x0cJXL ", "JPEG XL image"),
    (b"8BPS", "Photoshop document"),
    (b"\x76\x2f\x31\x01", "OpenEXR image"),
    (b"FUJIFILMCCD-RAW", "camera RAW"),
    (b"IIU\0", "camera RAW"),
    (b"IIRO", "camera RAW"),
    (b"II\x1a\0\0\0HEAPCCDR", "camera RAW"),
)
_BMP_HEADER_SIZES = frozenset([12, 16, 40, 52, 56, 64, 108, 124])
_TGA_EXTENSIONS = frozenset(["tga", "icb", "vda", "vst"])
_TGA_TYPES = frozenset([1, 2, 3, 9, 10, 11])


def extension_of(name: str) -> str:
    """The extension in lower case without its dot: `photo.JPG` → `jpg`, `README` → ``."""
    return os.path.splitext(name)[1][1:].lower()


def sniff(head: bytes, extension: str) -> Sniffed:
    """Judge the first `HEAD_BYTES` of a file. The extension decides only where content cannot:
    TGA has no signature, and camera RAW often calls itself TIFF."""
    for signature, kind in _UNREAD:
        if head.startswith(signature):
            return _unread(kind)
    if head[4:8] == b"ftyp":
        return _boxed(head)
    for signature, format in _READ:
        if head.startswith(signature):
            if format == "TIFF" and (head[8:11] == b"CR\x02" or extension in _RAW_EXTENSIONS):
                return _unread("camera RAW")
            return Sniffed(format)
    return _weakly_signed(head, extension) or _text(head)


def _unread(kind: str) -> Sniffed:
    return Sniffed(reason="unsupported_format", detail=f"{kind}; convert it first")


def _boxed(head: bytes) -> Sniffed:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, length, 4))]
    if b"avif" in brands or b"avis" in brands:
        return Sniffed("AVIF")
    if b"crx " in brands:
        return _unread("camera RAW")
    if any(brand[:3] in (b"hei", b"hev", b"mif", b"msf") for brand in brands):
        return _unread("HEIC image")
    return _unread("ISO media file")


def _weakly_signed(head: bytes, extension: str) -> Sniffed | None:
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Sniffed("WEBP")
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        return Sniffed("BMP")
    if head[:1] == b"P" and head[1:2] in b"123456" and head[2:3].isspace():
        return Sniffed("PPM")
    if extension in _TGA_EXTENSIONS and len(head) >= 18 and head[1] < 2 and head[2] in _TGA_TYPES:
        return Sniffed("TGA")
    return None


def _text(head: bytes) -> Sniffed:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return Sniffed(reason="not_an_image", detail="HTML page; a failed download?")
    if start.startswith(b"<svg") or (start.startswith(b"<?xml") and b"<svg" in start):
        return _unread("SVG drawing")
    if head.startswith(b"\0\x05\x16\x07"):
        return Sniffed(reason="not_an_image", detail="AppleDouble companion of another file")
    return Sniffed(reason="not_an_image", detail="no known image format begins like this")
