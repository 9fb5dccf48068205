"""The font of pictures: one that comes with matplotlib, so that every machine draws the same."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.font_manager import findfont, get_font

from augscore.outputs import printable

FONT = "DejaVu Sans"


def font_file() -> str:
    return findfont(FONT)


def drawable(text: str, most: int) -> str:
    """At most `most` characters, the font having each of them; its end is cut off."""
    shown = _known(text)
    return shown if len(shown) <= most else shown[: most - 1] + "…"


def drawable_end(text: str, most: int) -> str:
    """The same for a path, whose end says more: its beginning is cut off."""
    shown = _known(text)
    return shown if len(shown) <= most else "…" + shown[-(most - 1) :]


def _known(text: str) -> str:
    return "".join(c if ord(c) in _glyphs() else "?" for c in printable(text))


@lru_cache(maxsize=1)
def _glyphs() -> frozenset[int]:
    return frozenset(get_font(font_file()).get_charmap())
