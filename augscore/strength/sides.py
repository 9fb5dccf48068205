"""How large the images may be that a network looks at: the short side, px."""

from __future__ import annotations

from augscore.errors import UsageError

LARGEST_SIDE = 4096


def check_side(size: int | None) -> None:
    """Raises UsageError for a `--size` beyond what any machine can hold."""
    if size is not None and size > LARGEST_SIDE:
        raise UsageError(
            f"a size of {size} px is too large",
            code="usage",
            hint=f"The largest is {LARGEST_SIDE} px",
        )
