"""The two streams: stdout holds the result only; progress, notes and next steps go to stderr."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from io import TextIOWrapper
from typing import TextIO

from .colour import colour_wanted
from .lines import Line, line, plain
from .names import shown_lines
from .sparks import ASCII_BARS, BARS

PIPE_WIDTH = 80


@dataclass(frozen=True)
class Stream:
    """One of the two by name, since a progress bar and a test may replace the object behind it.

    name    "stdout" or "stderr"
    colour  whether to colour what is written
    tty     whether a person watches it
    """

    name: str
    colour: bool
    tty: bool

    @property
    def file(self) -> TextIO:
        file: TextIO = getattr(sys, self.name)
        return file

    @property
    def width(self) -> int:
        """Columns to lay a screen out in; a pipe counts as 80."""
        return shutil.get_terminal_size((PIPE_WIDTH, 24)).columns if self.tty else PIPE_WIDTH

    @property
    def ellipsis(self) -> str:
        return "…" if self._has("…") else "..."

    @property
    def bars(self) -> str:
        """Eight signs from low to high."""
        return BARS if self._has(BARS) else ASCII_BARS

    def _has(self, text: str) -> bool:
        encoding = getattr(self.file, "encoding", None) or "ascii"
        try:
            text.encode(encoding)
        except (UnicodeEncodeError, LookupError):
            return False
        return True

    def write(self, lines: Iterable[Line]) -> None:
        if self.colour:
            from .render import write_coloured

            write_coloured(self.file, lines)
            return
        for row in lines:
            self.file.write(plain(row) + "\n")
        self.file.flush()

    def write_text(self, text: str) -> None:
        self.file.write(text)
        self.file.flush()


@dataclass(frozen=True)
class Streams:
    """`progress`: "auto" or "never"; `quiet` drops progress and notes, never errors."""

    out: Stream
    err: Stream
    progress: str
    quiet: bool

    def note(self, text: str) -> None:
        if not self.quiet:
            self.err.write([line(shown_lines(text))])


def open_streams(color: str, progress: str, *, quiet: bool) -> Streams:
    return Streams(_stream("stdout", color), _stream("stderr", color), progress, quiet)


def accept_any_text() -> None:
    """Write what the encoding lacks as an escape instead of failing on it."""
    for file in (sys.stdout, sys.stderr):
        if isinstance(file, TextIOWrapper):
            file.reconfigure(errors="backslashreplace")


def _stream(name: str, color: str) -> Stream:
    file = getattr(sys, name)
    tty = bool(file.isatty())
    return Stream(name, colour_wanted(color, os.environ, is_terminal=tty), tty)
