"""A study without a network: a piece is a number of views."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from augscore.json_values import Json, number
from augscore.studies.figures.figure_study import Piece, Published, Row, Table, Told
from augscore.studies.figures.lab import Lab


@dataclass(frozen=True)
class MadeUpStudy:
    names: tuple[str, ...] = ("a", "b", "c")
    levels: int = 3
    before: Callable[[str], None] = lambda piece: None
    asked: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return "made-up"

    @property
    def settings(self) -> Row:
        return {"levels": self.levels}

    def views(self, side: int) -> int:
        return 2 * len(self.names)

    def pieces(self, lab: Lab) -> tuple[Piece, ...]:
        return tuple(Piece(name, 2 * len(lab.originals)) for name in self.names)

    def measure(self, piece: str, lab: Lab, told: Told) -> Row:
        self.asked.append(piece)
        told(len(lab.originals))
        self.before(piece)
        told(len(lab.originals))
        return {"value": float(self.names.index(piece))}

    def publish(self, rows: Mapping[str, Json], lab: Lab) -> Published:
        values = [number(rows[name]["value"]) for name in self.names]
        return Published(
            document={"values": values},
            tables=(Table("values.csv", tuple({"value": value} for value in values)),),
            pictures={"picture.png": b"pixels"},
            lines=[
                ("name", "value"),
                *((n, str(v)) for n, v in zip(self.names, values, strict=True)),
            ],
            caption="Numbers.",
            says=("It is made up.",),
        )
