"""What must come of every file of `make`, in the order in which a walk meets them."""

from __future__ import annotations

from itertools import product

from tests.bad_inputs import make
from tests.bad_inputs.outcomes import Outcome

FIRST_FRAME = ("first_frame",)
ALPHA = ("alpha_flattened",)
GREY, DEEP_GREY = ("grey",), ("grey", "depth16")

EXPECTED: dict[int, dict[str, Outcome]] = {
    7: {
        "d/1.jpg": (),
        "d/other": "link_not_followed",
        "d/self": "link_not_followed",
        "d/up": "link_not_followed",
        "e/2.jpg": (),
    },
    8: {"l.jpg": "link_loop"},
    9: {"b.jpg": "broken_link", "b.txt": "other_extension"},
    10: {"f.jpg": "not_regular"},
    11: {"s.jpg": "not_regular", "zero.jpg": "not_regular"},
    12: {"x.jpg/1.png": ()},
    13: {
        ".DS_Store": "ignored_hidden",
        ".a.jpg": "ignored_hidden",
        ".d": "ignored_hidden",
        "Thumbs.db": "ignored_hidden",
        "__MACOSX": "ignored_hidden",
        "desktop.ini": "ignored_hidden",
    },
    14: {"._x.jpg": "ignored_hidden"},
    15: {"d/" * make.NESTED + "x.jpg": ()},
    17: {"a.jpg": "empty_file"},
    18: {"a.jpg": "not_an_image"},
    19: dict.fromkeys(["bytes.jpg", "double.jpg", "text.jpg"], "not_an_image"),
    20: {"a.jpg": "unsupported_format"},
    21: {"declared.jpg": "unsupported_format", "plain.svg": "unsupported_format"},
    22: {
        "apple.heic": "unsupported_format",
        "bare.jxl": "unsupported_format",
        "boxed.jxl": "unsupported_format",
        "generic.heif": "unsupported_format",
        "raw.cr2": "unsupported_format",
        "tiff.arw": "unsupported_format",
        "tiff.dng": "unsupported_format",
        "tiff.nef": "unsupported_format",
    },
    23: dict.fromkeys([*sorted(make.FORMATS), make.TWO_VIEWS], ()),
    24: {
        "RIGHT.JPEG": (),
        "jpeg.png": ("extension_mismatch",),
        "none": (),
        "png.jpg": ("extension_mismatch",),
    },
    25: {"half.jpg": "truncated", "header.jpg": "truncated"},
    26: {"a.jpg": "truncated"},
    27: {"a.png": "truncated"},
    28: {"a.png": ()},
    29: {"a.jpg": ()},
    30: {"a.png": "corrupt"},
    31: {"a.gif": FIRST_FRAME},
    32: {"a.png": FIRST_FRAME, "a.webp": FIRST_FRAME},
    33: {"a.tif": FIRST_FRAME},
    34: {
        "grey.pgm": DEEP_GREY,
        "grey.png": DEEP_GREY,
        "grey.tif": DEEP_GREY,
        "rgb.png": ("depth16",),
    },
    35: {
        "inf.tif": "value_range",
        "nan.tif": "value_range",
        "negative.tif": "value_range",
        "two.tif": "value_range",
        "unit.tif": ("grey", "float_image"),
    },
    36: {"bytes.png": ALPHA, "colour.png": ALPHA, "opaque.png": ()},
    37: {
        "a.png": ALPHA,
        "a.tif": ALPHA,
        "a.webp": ALPHA,
        "clear.png": "fully_transparent",
        "grey.png": ("grey", "alpha_flattened"),
        "opaque.png": (),
    },
    38: dict.fromkeys(["adobe.jpg", "plain.tif", "ycck.jpg"], ("cmyk",)),
    39: dict.fromkeys(["bit.png", "bit.tif", "grey.jpg", "grey.png"], GREY),
    40: {f"{i}.{end}": () for i in range(1, 9) for end in ("jpg", "png", "tiff", "webp")},
    41: dict.fromkeys(["cut.jpg", "garbage.jpg", "nine.jpg"], ("bad_exif",)),
    42: {"other.png": ("icc_ignored",), "srgb.png": ()},
    43: {
        "arithmetic-progressive.jpg": (),
        "arithmetic.jpg": (),
        "progressive.jpg": (),
        "rgb.jpg": (),
    },
    44: {
        "hierarchical.jpg": "unsupported_variant",
        "lossless.jpg": "unsupported_variant",
        "twelve.jpg": "unsupported_variant",
    },
    45: {"bits.png": "too_many_pixels", "grey.png": "too_many_pixels"},
    46: dict.fromkeys(["a.gif", "a.jpg", "a.png"], "too_many_pixels"),
    47: {"profile.png": "corrupt", "text.png": "corrupt"},
    48: {
        "capped.png": "too_small",
        "dot.png": "too_small",
        "least.png": (),
        "line.png": "too_small",
        "long.png": ("extreme_aspect",),
        "narrow.png": "too_small",
        "none.jpg": "too_small",
        "none.png": "too_small",
        "widest.jpg": "too_small",
    },
    49: {"almost.png": (), "flat.png": ("constant",)},
    50: dict.fromkeys(["1.jpg", "2.jpg", "3.jpg", "4.jpg"], ()),
    51: dict.fromkeys(make.NAMES, ()),
    52: {make.NOT_UTF8: ()},
    53: {make.LONG_NAME: ()},
    54: dict.fromkeys(make.ALIKE, ()),
    55: {"-rf.jpg": ()},
    63: {
        "a.jpg": (),
        "b.jpg": (),
        "cell.csv": "other_extension",
        **dict.fromkeys(
            sorted(
                f"{separator}-{end}-{mark}.csv"
                for separator, end, mark in product(make.SEPARATORS, make.LINE_ENDS, make.MARKS)
            ),
            "other_extension",
        ),
        "duplicates.csv": "other_extension",
        **dict.fromkeys(make.BROKEN_TABLES, "other_extension"),
    },
    64: {
        "data/pairs.csv": "other_extension",
        "data/sub/half.png": (),
        "data/sub/whole.png": (),
        "data/sub/wide.png": (),
        "outside.jpg": (),
    },
}
"""Number → file → outcome; without 5 and 6, which root reads, and 16, which is about the walk."""
