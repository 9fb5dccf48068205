"""`study composition`: one operation after another, every magnitude of each with every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augscore.json_values import Json
from augscore.studies.composition.contour_figure import contours_png
from augscore.studies.composition.sentences import CAPTION, sentences, surface_table
from augscore.studies.composition.surface import surface_of
from augscore.studies.figures.figure_study import Piece, Published, Row, Table, Told
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.reading import read_levels
from augscore.studies.figures.sweep import Sweep


@dataclass(frozen=True)
class CompositionStudy:
    """`first` is applied before `second`; `levels`: magnitudes over the whole range of each."""

    first: Sweep
    second: Sweep
    levels: int = 11

    @property
    def name(self) -> str:
        return "composition"

    @property
    def settings(self) -> Row:
        return {"ops": [self.first.name, self.second.name], "levels": self.levels}

    def views(self, side: int) -> int:
        return len(self.first.spread(side, self.levels)) * len(self._seconds(side))

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        """One a magnitude of the first."""
        views = len(lab.originals) * len(self._seconds(lab.side))
        count = len(self.first.spread(lab.side, self.levels))
        return tuple(Piece(str(place), views) for place in range(count))

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        """Readings are (N, L): images in their order, magnitudes of the second ascending."""
        value = self.first.spread(lab.side, self.levels)[int(piece)]
        before = self.first.step(value, lab.side)
        steps = [(before, self.second.step(other, lab.side)) for other in self._seconds(lab.side)]
        return {"magnitude": value, **read_levels(lab, steps, told).to_json()}

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        in_order = [rows[piece.name] for piece in self.pieces(lab)]
        surface = surface_of(self.first, self.second, self._seconds(lab.side), in_order, lab)
        return Published(
            document={"surface": surface.to_json()},
            tables=(Table("composition.csv", tuple(surface.rows())),),
            pictures={"composition.png": contours_png(surface, lab)},
            lines=surface_table(surface),
            caption=CAPTION,
            says=sentences(surface),
        )

    def _seconds(self, side: int) -> tuple[float, ...]:
        return self.second.spread(side, self.levels)
