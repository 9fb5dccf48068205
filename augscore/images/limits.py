"""How large and how small a picture may be."""

from __future__ import annotations

from augscore.errors import UsageError
from augscore.images.colours import Unmeasurable
from augscore.images.resize import capped_size

MAX_PIXELS = 100_000_000
MAX_BYTES = 512 * 2**20
MIN_SHORT_SIDE = 8
MAX_ASPECT = 20
LARGEST_SIDE = 4096
"""Of a view, px: more fits into no machine."""


def check_bytes(size: int) -> None:
    """Raises `Unmeasurable` (`too_many_bytes`)."""
    if size > MAX_BYTES:
        raise Unmeasurable("too_many_bytes", f"{size:,} bytes; the limit is {MAX_BYTES:,}")


def check_size(width: int, height: int, max_pixels: int) -> None:
    """Raises `Unmeasurable` (`too_many_pixels`, `too_small`)."""
    if width * height > max_pixels:
        raise Unmeasurable("too_many_pixels", f"{width} x {height}; the limit is {max_pixels:,}")
    check_short_side(width, height)


def check_short_side(width: int, height: int) -> None:
    """Of a picture whose long side will be capped. Raises `Unmeasurable` (`too_small`)."""
    short_side = min(capped_size(width, height))
    if short_side < MIN_SHORT_SIDE:
        capped = f", {short_side} px once capped" if short_side < min(width, height) else ""
        raise Unmeasurable(
            "too_small",
            f"{width} x {height}{capped}; the short side needs {MIN_SHORT_SIDE} px",
        )


def check_side(size: int | None) -> None:
    """Raises UsageError for a `--size` beyond `LARGEST_SIDE`."""
    if size is not None and size > LARGEST_SIDE:
        raise UsageError(
            f"a size of {size} px is too large",
            code="usage",
            hint=f"The largest is {LARGEST_SIDE} px",
        )
