"""Names of files as text that cannot move the cursor, change colours or reorder the line."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

from augscore.outputs import printable


def shown(text: str) -> str:
    """Control, bidi and undecodable characters as escapes; everything else as it is."""
    return printable(text)


def shown_lines(text: str) -> str:
    """The same for a message of several lines: line ends stay."""
    return "\n".join(printable(line) for line in text.split("\n"))


def shown_path(path: Path) -> str:
    return printable(os.fspath(path))


def cells(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(_cell(c) for c in text)


def _cell(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
