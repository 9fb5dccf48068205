"""What a study of figures is: pieces of work that leave a row each, and what the rows become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from augscore.json_values import Json
from augscore.studies.figures.lab import Lab

Told = Callable[[int], None]
"""Is handed a number of views that were looked at."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Piece:
    """`name` is unique in the study; `views` are those of all images."""

    name: str
    views: int


@dataclass(frozen=True)
class Table:
    """Rows of a CSV file, the columns those of the first."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Published:
    """document    what the study's JSON holds besides what every study says of itself
    tables, pictures  further files; pictures by name, PNG bytes
    lines, caption  heads, then rows, for the screen; and what they are
    says            what the data show, in sentences
    """

    document: Row
    tables: tuple[Table, ...]
    pictures: Mapping[str, bytes]
    lines: Sequence[Sequence[str]]
    caption: str
    says: tuple[str, ...]


class FigureStudy(Protocol):
    """`name` as in the command; `settings`: what binds the rows of a folder besides the images."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> Row: ...

    def views(self, side: int) -> int:
        """By how many views of an image of this side, px, the number of images is chosen."""

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        """In the order in which they are done."""

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        """What there is to know of a piece."""

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        """From the rows of all pieces, by their names."""
