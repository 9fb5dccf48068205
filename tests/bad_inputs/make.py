"""Every odd file, made: one function a numbered case, which writes its files into a folder.

`photo` is the picture that the file holds, or would hold if it were whole.
"""

from __future__ import annotations

import os
import socket
import unicodedata
import zlib
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

from tests.bad_inputs.encode import (
    ARITHMETIC_JPEG,
    ARITHMETIC_PROGRESSIVE_JPEG,
    SAMPLES_PER_PIXEL,
    as_ycck,
    deep_png,
    deflated,
    encode,
    exif_orientation,
    frames,
    jpeg,
    png,
    with_chunk,
    with_frame,
    with_tiff_tag,
)

Maker = Callable[[Path, Image.Image], None]

NESTED = 1500
MANY_FOLDERS, FILES_EACH = 100, 1000
MEGABYTE = 2**20

UNREAD = {
    "raw.cr2": b"II*\0\x10\0\0\0CR\x02\0",
    "apple.heic": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
    "generic.heif": b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
    "bare.jxl": b"\xff\x0a" + bytes(30),
    "boxed.jxl": b"\0\0\0\x0cJXL \r\n\x87\n",
}
FORMATS = {
    "a.avif": "AVIF",
    "a.jp2": "JPEG2000",
    "a.bmp": "BMP",
    "a.tif": "TIFF",
    "a.gif": "GIF",
    "a.webp": "WEBP",
    "a.ppm": "PPM",
    "a.tga": "TGA",
    "a.png": "PNG",
}
TWO_VIEWS = "two.mpo"
"""A JPEG with a second one behind it, as stereo cameras write."""

NAMES = (
    "\N{GRINNING FACE}.jpg",
    "\u202egpj.exe.jpg",
    "two\nlines.jpg",
    "back\\slash.jpg",
    'it\'s "quoted".jpg',
    "<script>alert(1)</script>.jpg",
    "[bold]x[/bold].jpg",
    "\x1b[31mred.jpg",
    "=1+1.jpg",
)
"""Those with a slash lie in a folder of their own."""

NOT_UTF8 = os.fsdecode(b"bad\xff.jpg")
LONG_NAME = "n" * 251 + ".jpg"
ALIKE = ("A.jpg", "a.jpg", unicodedata.normalize("NFC", "\xe9.jpg"), "e\u0301.jpg")


LOUD = "loud.tif"
"""Pillow logs an error about it."""


def every_case(folder: Path, numbers: Iterable[int], photo: Image.Image) -> None:
    """One folder a number, and a file that is not in the list."""
    for number in numbers:
        (folder / f"{number:02d}").mkdir()
        MAKERS[number](folder / f"{number:02d}", photo)
    put(folder, LOUD, with_tiff_tag(encode(photo, "TIFF"), SAMPLES_PER_PIXEL, 300))


def put(folder: Path, name: str, data: bytes) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# A. Paths and folders


def bad_05_unreadable_file(folder: Path, photo: Image.Image) -> None:
    put(folder, "open.jpg", jpeg(photo))
    put(folder, "shut.jpg", jpeg(photo))
    (folder / "shut.jpg").chmod(0)


def bad_06_unreadable_folder(folder: Path, photo: Image.Image) -> None:
    put(folder, "open/1.jpg", jpeg(photo))
    put(folder, "shut/2.jpg", jpeg(photo))
    put(folder, "then/3.jpg", jpeg(photo))
    (folder / "shut").chmod(0)


def bad_07_link_to_its_parent(folder: Path, photo: Image.Image) -> None:
    put(folder, "d/1.jpg", jpeg(photo))
    put(folder, "e/2.jpg", jpeg(photo))
    (folder / "d/self").symlink_to(".")
    (folder / "d/up").symlink_to("..")
    (folder / "d/other").symlink_to("../e")


def bad_08_link_to_itself(folder: Path, photo: Image.Image) -> None:
    (folder / "l.jpg").symlink_to("l.jpg")


def bad_09_broken_link(folder: Path, photo: Image.Image) -> None:
    (folder / "b.jpg").symlink_to("nothing")
    (folder / "b.txt").symlink_to("nothing")


def bad_10_fifo(folder: Path, photo: Image.Image) -> None:
    os.mkfifo(folder / "f.jpg")


def bad_11_socket_and_device(folder: Path, photo: Image.Image) -> None:
    (folder / "zero.jpg").symlink_to("/dev/zero")
    here = os.getcwd()
    os.chdir(folder)  # the path of a socket has a short limit
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind("s.jpg")
    finally:
        os.chdir(here)


def bad_12_folder_named_like_an_image(folder: Path, photo: Image.Image) -> None:
    put(folder, "x.jpg/1.png", encode(photo, "PNG"))


def bad_13_hidden_and_system_files(folder: Path, photo: Image.Image) -> None:
    for name in (".a.jpg", ".d/b.jpg", "__MACOSX/x.jpg"):
        put(folder, name, jpeg(photo))
    for name in (".DS_Store", "Thumbs.db", "desktop.ini"):
        put(folder, name, b"x")


def bad_14_apple_double(folder: Path, photo: Image.Image) -> None:
    put(folder, "._x.jpg", b"\0\x05\x16\x07" + bytes(78))


def bad_15_nested_folders(folder: Path, photo: Image.Image) -> None:
    """Too deep for `shutil.rmtree`: see `remove_nested`."""
    here = os.getcwd()
    os.chdir(folder)
    try:
        for _ in range(NESTED):
            os.mkdir("d")
            os.chdir("d")
        Path("x.jpg").write_bytes(jpeg(photo))
    finally:
        os.chdir(here)


def remove_nested(folder: Path) -> None:
    """Undo `bad_15_nested_folders`."""
    here = os.getcwd()
    os.chdir(folder / ("d/" * NESTED))
    try:
        os.unlink("x.jpg")
        for _ in range(NESTED):
            os.chdir("..")
            os.rmdir("d")
    finally:
        os.chdir(here)


def bad_16_many_files(folder: Path, photo: Image.Image) -> None:
    """Links to one empty file a folder, which are made faster than files."""
    for number in range(MANY_FOLDERS):
        put(folder, f"{number:02d}/0.jpg", b"")
        for name in range(1, FILES_EACH):
            os.link(folder / f"{number:02d}/0.jpg", folder / f"{number:02d}/{name}.jpg")


# B. Not an image


def bad_17_empty_file(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.jpg", b"")


def bad_18_page(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.jpg", b"\xef\xbb\xbf \n<!DOCTYPE html><html>")


def bad_19_text_and_noise(folder: Path, photo: Image.Image) -> None:
    put(folder, "text.jpg", b"hello")
    put(folder, "bytes.jpg", bytes(range(256)) * 9)
    put(folder, "double.jpg", b"\0\x05\x16\x07" + bytes(99))


def bad_20_pdf(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.jpg", b"%PDF-1.4 ...")


def bad_21_svg(folder: Path, photo: Image.Image) -> None:
    put(folder, "plain.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    put(folder, "declared.jpg", b"<?xml version='1.0'?>\n<!-- x -->\n<svg/>")


def bad_22_unread_formats(folder: Path, photo: Image.Image) -> None:
    for name, head in UNREAD.items():
        put(folder, name, head)
    for extension in ("nef", "dng", "arw"):
        put(folder, f"tiff.{extension}", encode(photo, "TIFF"))


def bad_23_read_formats(folder: Path, photo: Image.Image) -> None:
    for name, format in FORMATS.items():
        put(folder, name, encode(photo, format))
    put(folder, TWO_VIEWS, frames(photo, [ImageOps.invert(photo)], "MPO", quality=90))


def bad_24_wrong_extension(folder: Path, photo: Image.Image) -> None:
    put(folder, "png.jpg", encode(photo, "PNG"))
    put(folder, "jpeg.png", jpeg(photo))
    put(folder, "RIGHT.JPEG", jpeg(photo))
    put(folder, "none", jpeg(photo))


# C. Damaged


def bad_25_truncated_jpeg(folder: Path, photo: Image.Image) -> None:
    data = jpeg(photo)
    put(folder, "half.jpg", data[: len(data) // 2])
    put(folder, "header.jpg", data[:100])


def bad_26_jpeg_without_its_end(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.jpg", jpeg(photo)[:-2])


def bad_27_truncated_png(folder: Path, photo: Image.Image) -> None:
    data = encode(photo, "PNG")
    put(folder, "a.png", data[: len(data) // 2])


def bad_28_png_without_its_end(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.png", encode(photo, "PNG")[:-12])


def bad_29_garbage_in_a_jpeg(folder: Path, photo: Image.Image) -> None:
    data = bytearray(jpeg(photo))
    middle = len(data) // 2
    data[middle : middle + 80] = bytes(range(80))
    put(folder, "a.jpg", bytes(data))


def bad_30_png_with_a_flipped_byte(folder: Path, photo: Image.Image) -> None:
    data = bytearray(encode(photo, "PNG"))
    data[len(data) // 2] ^= 1
    put(folder, "a.png", bytes(data))


# D. Unusual but valid


def bad_31_animated_gif(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.gif", frames(photo, [ImageOps.invert(photo)], "GIF"))


def bad_32_animated_webp_and_png(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.webp", frames(photo, [ImageOps.invert(photo)], "WEBP", lossless=True))
    put(folder, "a.png", frames(photo, [ImageOps.invert(photo)], "PNG"))


def bad_33_pages(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.tif", frames(photo, [ImageOps.invert(photo)], "TIFF"))


def ramp16(photo: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.uint16]]:
    width, height = photo.size
    return np.linspace(0, 65535, width * height).reshape(height, width).astype(np.uint16)


def bad_34_sixteen_bits(folder: Path, photo: Image.Image) -> None:
    grey = Image.fromarray(ramp16(photo))
    for name, format in (("grey.png", "PNG"), ("grey.tif", "TIFF"), ("grey.pgm", "PPM")):
        put(folder, name, encode(grey, format))
    put(folder, "rgb.png", deep_png(photo))


def bad_35_floating_point(folder: Path, photo: Image.Image) -> None:
    ramp = (ramp16(photo) / 65535).astype(np.float32)
    put(folder, "unit.tif", encode(Image.fromarray(ramp), "TIFF"))
    bad = {"two": 2.0, "negative": -0.5, "nan": np.nan, "inf": np.inf}
    for name, value in bad.items():
        ramp[3, 4] = value
        put(folder, f"{name}.tif", encode(Image.fromarray(ramp), "TIFF"))


def bad_36_palette(folder: Path, photo: Image.Image) -> None:
    palette = photo.quantize(16)
    put(folder, "opaque.png", encode(palette, "PNG"))
    put(folder, "colour.png", encode(palette, "PNG", transparency=0))
    put(folder, "bytes.png", encode(palette, "PNG", transparency=bytes(range(0, 256, 17))))


def bad_37_alpha(folder: Path, photo: Image.Image) -> None:
    image = photo.copy()
    image.putalpha(64)
    for name, format in (("a.png", "PNG"), ("a.tif", "TIFF")):
        put(folder, name, encode(image, format))
    put(folder, "a.webp", encode(image, "WEBP", lossless=True, exact=True))
    put(folder, "grey.png", encode(image.convert("LA"), "PNG"))
    image.putalpha(255)
    put(folder, "opaque.png", encode(image, "PNG"))
    image.putalpha(0)
    put(folder, "clear.png", encode(image, "PNG"))


def bad_38_cmyk(folder: Path, photo: Image.Image) -> None:
    data = jpeg(photo.convert("CMYK"))
    put(folder, "adobe.jpg", data)
    put(folder, "ycck.jpg", as_ycck(data))
    put(folder, "plain.tif", encode(photo.convert("CMYK"), "TIFF"))


def bad_39_grey(folder: Path, photo: Image.Image) -> None:
    put(folder, "grey.jpg", jpeg(photo.convert("L")))
    put(folder, "grey.png", encode(photo.convert("L"), "PNG"))
    put(folder, "bit.png", encode(photo.convert("1"), "PNG"))
    put(folder, "bit.tif", encode(photo.convert("1"), "TIFF"))


def bad_40_orientations(folder: Path, photo: Image.Image) -> None:
    for value in range(1, 9):
        exif = exif_orientation(value)
        put(folder, f"{value}.jpg", jpeg(photo, exif=exif))
        for format in ("PNG", "TIFF"):
            put(folder, f"{value}.{format.lower()}", encode(photo, format, exif=exif))
        put(folder, f"{value}.webp", encode(photo, "WEBP", lossless=True, exif=exif))


def bad_41_broken_exif(folder: Path, photo: Image.Image) -> None:
    put(folder, "nine.jpg", jpeg(photo, exif=exif_orientation(9)))
    put(folder, "garbage.jpg", jpeg(photo, exif=b"Exif\0\0garbagegarbage"))
    put(folder, "cut.jpg", jpeg(photo, exif=b"Exif\0\0II*\0\x08\0\0\0"))


def bad_42_colour_profiles(folder: Path, photo: Image.Image) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    put(folder, "srgb.png", encode(photo, "PNG", icc_profile=srgb))
    put(folder, "other.png", encode(photo, "PNG", icc_profile=b"garbage" * 20))


def bad_43_jpeg_variants(folder: Path, photo: Image.Image) -> None:
    put(folder, "progressive.jpg", jpeg(photo, progressive=True))
    put(folder, "rgb.jpg", jpeg(photo, keep_rgb=True))
    put(folder, "arithmetic.jpg", ARITHMETIC_JPEG)
    put(folder, "arithmetic-progressive.jpg", ARITHMETIC_PROGRESSIVE_JPEG)


def bad_44_unread_jpeg_variants(folder: Path, photo: Image.Image) -> None:
    put(folder, "twelve.jpg", with_frame(jpeg(photo), marker=0xC1, precision=12))
    put(folder, "lossless.jpg", with_frame(jpeg(photo), marker=0xC3))
    put(folder, "hierarchical.jpg", with_frame(jpeg(photo), marker=0xC5))


def bad_45_honest_bombs(folder: Path, photo: Image.Image) -> None:
    """All pixels are there: 400 MB of grey in some 400 kB, and 450 MB of one bit a pixel."""
    put(folder, "grey.png", png(20_000, 20_000, deflated(bytes(20_001 * 100), 200)))
    bits = deflated(bytes(7_501 * 200), 300)
    put(folder, "bits.png", png(60_000, 60_000, bits, depth=1))


def bad_46_lying_headers(folder: Path, photo: Image.Image) -> None:
    put(folder, "a.jpg", with_frame(jpeg(photo), size=(65_500, 65_500)))
    put(folder, "a.png", png(2**31 - 1, 2**31 - 1, zlib.compress(b"")))
    put(folder, "a.gif", b"GIF89a\xff\xff\xff\xff" + encode(photo, "GIF")[10:])


def bad_47_chunks_that_unpack_to_much(folder: Path, photo: Image.Image) -> None:
    whole = encode(photo, "PNG")
    bomb = b"k\0\0" + deflated(b"a" * MEGABYTE, 300)
    put(folder, "text.png", with_chunk(whole, b"zTXt", bomb))
    put(folder, "profile.png", with_chunk(whole, b"iCCP", bomb))


def bad_48_odd_sizes(folder: Path, photo: Image.Image) -> None:
    sizes = {
        "dot": (1, 1),
        "line": (1, 10_000),
        "narrow": (7, 100),
        "capped": (20_000, 20),
        "least": (8, 8),
        "long": (210, 10),
    }
    for name, size in sizes.items():
        put(folder, f"{name}.png", encode(photo.resize(size), "PNG"))
    put(folder, "widest.jpg", jpeg(photo.resize((65_500, 8))))
    put(folder, "none.png", png(0, 0, zlib.compress(b"")))
    put(folder, "none.jpg", with_frame(jpeg(photo), size=(0, 0)))


def bad_49_constant(folder: Path, photo: Image.Image) -> None:
    flat = Image.new("RGB", (64, 64), (9, 8, 7))
    put(folder, "flat.png", encode(flat, "PNG"))
    flat.putpixel((63, 62), (9, 8, 6))
    put(folder, "almost.png", encode(flat, "PNG"))


def bad_50_the_same_bytes(folder: Path, photo: Image.Image) -> None:
    put(folder, "1.jpg", jpeg(photo))
    put(folder, "2.jpg", jpeg(photo))
    os.link(folder / "1.jpg", folder / "3.jpg")
    put(folder, "4.jpg", jpeg(photo, quality=91))


# E. Names


def bad_51_names_for_terminals(folder: Path, photo: Image.Image) -> None:
    for name in NAMES:
        put(folder, name, jpeg(photo))


def bad_52_name_that_is_not_utf8(folder: Path, photo: Image.Image) -> None:
    put(folder, NOT_UTF8, jpeg(photo))


def bad_53_longest_name(folder: Path, photo: Image.Image) -> None:
    put(folder, LONG_NAME, jpeg(photo))


def bad_54_names_that_look_alike(folder: Path, photo: Image.Image) -> None:
    for name in ALIKE:
        put(folder, name, jpeg(photo))


def bad_55_name_like_an_option(folder: Path, photo: Image.Image) -> None:
    put(folder, "-rf.jpg", jpeg(photo))


# F. Tables of pairs

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t"}
LINE_ENDS = {"lf": "\n", "crlf": "\r\n"}
MARKS = {"plain": b"", "bom": b"\xef\xbb\xbf"}
TABLE = (
    ("mos", "distorted", "reference", "remark"),
    ("3", '"b.jpg"', "a.jpg", '"two, three; four"'),
    (),
    ("4", "a.jpg", "b.jpg", "x"),
)
"""Further columns, quotes and an empty line."""

BROKEN_TABLES = {
    "missing.csv": b"Referense,distorted,mos\na.jpg,b.jpg,1\n",
    "empty.csv": b"",
    "header.csv": b"reference,distorted\n\n",
    "nul.csv": b"reference,distorted\na.jpg,b.jpg\na\0.jpg,b.jpg\n",
    "long.csv": b"reference,distorted\na.jpg,b.jpg\na.jpg," + b"x" * 131_073 + b"\n",
    "utf16.csv": "reference,distorted\na.jpg,b.jpg\n".encode("utf-16"),
}


def bad_63_pair_tables(folder: Path, photo: Image.Image) -> None:
    for name, image in (("a.jpg", photo), ("b.jpg", ImageOps.mirror(photo))):
        put(folder, name, jpeg(image))
    for separator, end, mark in product(SEPARATORS, LINE_ENDS, MARKS):
        text = LINE_ENDS[end].join(SEPARATORS[separator].join(row) for row in TABLE)
        put(folder, f"{separator}-{end}-{mark}.csv", MARKS[mark] + text.encode())
    put(folder, "cell.csv", b'reference,distorted,remark\na.jpg,b.jpg,"x\r\ny"\n')
    rows = b"a.jpg,b.jpg\n./a.jpg,./b.jpg\nb.jpg,a.jpg\n"
    put(folder, "duplicates.csv", b"reference,distorted\n" + rows)
    for name, data in BROKEN_TABLES.items():
        put(folder, name, data)


def bad_64_pair_paths(folder: Path, photo: Image.Image) -> None:
    put(folder, "outside.jpg", jpeg(photo))
    sizes = {"whole": (80, 60), "half": (40, 30), "wide": (80, 30)}
    for name, size in sizes.items():
        put(folder, f"data/sub/{name}.png", encode(photo.resize(size), "PNG"))
    rows = [
        "sub/whole.png,sub/whole.png",
        f"{folder / 'data/sub/whole.png'},sub/half.png",
        "../outside.jpg,sub/wide.png",
        "sub/whole.png,no.png",
        "no.png,sub/whole.png",
        "sub/whole.png",
        ",",
        "sub/whole.png,sub,too many cells",
    ]
    put(folder, "data/pairs.csv", "\n".join(["reference,distorted", *rows, ""]).encode())


MAKERS: dict[int, Maker] = {
    int(name[4:6]): maker for name, maker in list(globals().items()) if name.startswith("bad_")
}
"""Number → function."""
