"""Bytes of image files, whole and then damaged on purpose."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from PIL import Image

ORIENTATION = 0x0112
SAMPLES_PER_PIXEL = 0x0115
END = b"\0\0\0\0IEND\xaeB`\x82"

# 24 x 16 px of RGB (10 x, 15 y, x y mod 256), by `cjpeg -quality 75 -arithmetic` of libjpeg-turbo
# 2.1.5, the second with `-progressive` too: Pillow reads arithmetic coding and does not write it.
ARITHMETIC_JPEG = base64.b85decode(
    "|JeWF01!$>Nk#wx0RR9200961|JwjV00;&K2L=TQ2L}fU2?z=d6b%du3k(?&6Au&}8Xq1V8XO!TBrYc)A}k{u94I#_"
    "EHE)NG&CP4IXyTsJT5adGXL8ELjeg12@DGi7!3^=G9erxGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqU"
    "GBPqUGBPqUGBPqUGBW?k01*fP5C9kh0U`hb5di}c0sqVZ3IGrg1pyEd1^?Or3<CiG0ucid06zf#0K477e6Lv^f4GXb"
    "qu(GJFKc@qkG?di*dYV%<_AT9O`WWK#+K7Cjl917xHkH?%EMhI0Z<iool!<VK&SaCv3T^!+lT_@;c|KMQcKbQ*#"
)
ARITHMETIC_PROGRESSIVE_JPEG = base64.b85decode(
    "|JeWF01!$>Nk#wx0RR9200961|JwjV00;&K2L=TQ2L}fU2?z=d6b%du3k(?&6Au&}8Xq1V8XO!TBrYc)A}k{u94I#_"
    "EHE)NG&CP4IXyTsJT5adGXL8ELjeg12@DGi7!3^=G9erxGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqUGBPqU"
    "GBPqUGBPqUGBPqUGBW?l01*fP5C9kh0U`hb5di}c0sqVZ1^^HN5dYc$3<CiG0uTcb000610C!L@So9IvCq#IKx3vGv"
    "00a;P|Jncu0RaF31p*$Cd3MIe5kOPK|I7dc5e5I+00;pC0RcY&6>E6}6_?om%m4%t1^?Or2mt~C0Y3p6n7{7qJjsR#"
    "|I7dc5C#9*00;pA00ut-&$$2000a;P|Jncu0RaF3KOv?#pM$6R-01(>01N{G00IC50000Gyiotl00a>Q|Jncu0RsU6"
    "KM-BPn`{5f00a>Q|Jncu0RjO5KM*bo2imQ9+W*V|1P}%P+5iXv0RRC%5N4)u?EIf(ih-86aR1o"
)


def photo(width: int = 80, height: int = 60) -> Image.Image:
    """A gradient with noise, different in every corner, so that no turn goes unseen."""
    noise = np.random.default_rng(0).normal(0, 20, (height, width, 3))
    across = np.linspace(0, 200, width)[None, :, None]
    down = np.linspace(0, 55, height)[:, None, None]
    return Image.fromarray(np.clip(noise + across + down, 0, 255).astype(np.uint8))


def encode(image: Image.Image, format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def jpeg(image: Image.Image, **options: Any) -> bytes:
    return encode(image, "JPEG", **{"quality": 90, **options})


def exif_orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = value
    return exif


def with_frame(
    data: bytes,
    *,
    marker: int | None = None,
    precision: int | None = None,
    size: tuple[int, int] | None = None,
) -> bytes:
    """A baseline JPEG with another kind of frame, bits a sample, or (width, height)."""
    patched = bytearray(data)
    start = patched.index(b"\xff\xc0")
    if marker is not None:
        patched[start + 1] = marker
    if precision is not None:
        patched[start + 4] = precision
    if size is not None:
        patched[start + 5 : start + 9] = struct.pack(">HH", size[1], size[0])
    return bytes(patched)


def as_ycck(data: bytes) -> bytes:
    """A CMYK JPEG of Adobe whose transform byte says YCCK."""
    patched = bytearray(data)
    patched[patched.index(b"Adobe") + 11] = 2
    return bytes(patched)


def with_tiff_tag(data: bytes, tag: int, value: int) -> bytes:
    """A little-endian TIFF with another value in a tag of its first page."""
    patched = bytearray(data)
    (page,) = struct.unpack_from("<I", patched, 4)
    (count,) = struct.unpack_from("<H", patched, page)
    places = range(page + 2, page + 2 + 12 * count, 12)
    (place,) = [p for p in places if struct.unpack_from("<H", patched, p) == (tag,)]
    struct.pack_into("<I", patched, place + 8, value)
    return bytes(patched)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, stream: bytes, *, depth: int = 8, colour: int = 0) -> bytes:
    """A PNG of one compressed stream; `colour` 0 is grey, 2 is RGB."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", stream) + END


def deep_png(image: Image.Image) -> bytes:
    """RGB with 16 bits a channel, which Pillow does not write."""
    rows = np.array(image).astype(np.uint16) * 257
    raw = b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows)
    return png(*image.size, zlib.compress(raw), depth=16, colour=2)


def with_chunk(data: bytes, kind: bytes, content: bytes) -> bytes:
    """A PNG with one more chunk behind its header."""
    return data[:33] + chunk(kind, content) + data[33:]


def deflated(block: bytes, times: int) -> bytes:
    """A zlib stream of `block` repeated, made without ever holding it unpacked."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    last = zlib.compressobj(9, zlib.DEFLATED, -15).flush()
    return b"\x78\xda" + packed * times + last + struct.pack(">I", checksum)


def frames(image: Image.Image, others: Iterable[Image.Image], format: str, **options: Any) -> bytes:
    return encode(image, format, save_all=True, append_images=list(others), **options)
