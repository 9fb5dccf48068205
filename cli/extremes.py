"""What the screen and `--list` need of all rows, kept while the rows stream by."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from augscore.measuring.rows import Row, ViewReading


@dataclass(frozen=True)
class Typical:
    name: str
    typicality: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ViewOf:
    """One view of an image; `number` as in the rows, from 0; None where there is only one."""

    name: str
    number: int | None
    strength: float
    noise_sd: float | None
    noise_bound: str | None


@dataclass
class Extremes:
    """The `top` least typical rows and weakest and strongest views; all rows if `keep_all`."""

    top: int
    keep_all: bool
    typical: list[Typical] = field(default_factory=list)
    weakest: list[ViewOf] = field(default_factory=list)
    strongest: list[ViewOf] = field(default_factory=list)

    def add(self, row: Row) -> None:
        from augscore.measuring.rows import name_of, original_of, readings_in

        name, views = str(name_of(row)), readings_in(row)
        self.typical.append(Typical(str(original_of(row)), row.typicality, row.notes))
        several = len(views) > 1
        found = [_view(name, i if several else None, v) for i, v in enumerate(views)]
        self.weakest += found
        self.strongest += found
        if len(self.weakest) > 1000 + 2 * self.top:
            self._cut()

    def least_typical(self) -> list[Typical]:
        """Ties by name, so that the order of reading does not show."""
        return sorted(self.typical, key=lambda t: (t.typicality, t.name))

    def finish(self) -> None:
        self._cut()

    def _cut(self) -> None:
        self.weakest = heapq.nsmallest(self.top, self.weakest, key=lambda v: (v.strength, v.name))
        self.strongest = heapq.nsmallest(
            self.top, self.strongest, key=lambda v: (-v.strength, v.name)
        )
        if not self.keep_all:
            self.typical = self.least_typical()[: self.top]


def _view(name: str, number: int | None, view: ViewReading) -> ViewOf:
    return ViewOf(name, number, view.strength, view.strength_noise_sd, view.noise_bound)
