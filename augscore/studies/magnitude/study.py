"""`study magnitude`: every operation through its magnitudes, on the same images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from augscore.json_values import Json
from augscore.studies.figures.figure_study import Piece, Published, Row, Table, Told
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.reading import read_levels
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.sweep_pieces import sweep_pieces, views_of_all
from augscore.studies.figures.sweeps import SWEEPS, WITHOUT
from augscore.studies.magnitude.curves import Curve, curve_of
from augscore.studies.magnitude.curves_figure import score_png, strength_png
from augscore.studies.magnitude.sentences import CAPTION, agreement_table, sentences


@dataclass(frozen=True)
class MagnitudeStudy:
    """`levels`: values over the whole range of an operation; those that go both ways have half of
    them on each side."""

    sweeps: tuple[Sweep, ...] = SWEEPS
    levels: int = 11

    @property
    def name(self) -> str:
        return "magnitude"

    @property
    def settings(self) -> Row:
        return {"levels": self.levels}

    def views(self, side: int) -> int:
        return views_of_all(side, self.levels)

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        return sweep_pieces(self.sweeps, lab, self.levels)

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        """Readings are (N, L): images in their order, magnitudes ascending."""
        sweep = next(sweep for sweep in self.sweeps if sweep.name == piece)
        values = sweep.spread(lab.side, self.levels)
        steps = [(sweep.step(value, lab.side),) for value in values]
        read = read_levels(lab, steps, told)
        return {
            "magnitudes": list(values),
            **read.to_json(),
            "digests": read.digests.tolist(),
        }

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        """Of all rows, those of earlier calls with other operations, too."""
        curves = tuple(curve_of(s, rows[s.name], lab) for s in SWEEPS if s.name in rows)
        return Published(
            document=_document(curves, lab),
            tables=(
                Table("curves.csv", tuple(row for curve in curves for row in curve.rows())),
                Table("within-image.csv", tuple(case.row() for c in curves for case in c.cases)),
            ),
            pictures={
                "score-value.png": score_png(curves, lab),
                "strength.png": strength_png(curves, lab),
            },
            lines=agreement_table(curves),
            caption=CAPTION,
            says=sentences(curves),
        )


def _document(curves: tuple[Curve, ...], lab: Lab) -> Row:
    ids = [str(name) for name in lab.originals.ids]
    return {
        "image_names": ids,
        "original_score_values": lab.values.tolist(),
        "curves": [curve.to_json() for curve in curves],
        "not_turned": WITHOUT,
    }
