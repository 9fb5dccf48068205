"""What a comparison found, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from augscore.benching.contender import Absent
from augscore.benching.parity import Parity

SCHEMA = "augscore.bench-engine/1"


@dataclass(frozen=True)
class Figure:
    """`ratio`: how many times the speed of the engine, in its faster way, is this one's, the median
    of the rounds;
    `spread`: the quartiles. `bandwidth`: the share of the device's copying speed that reading and
    writing each image once would need. `doubt`: what is wrong with the output, if anything."""

    name: str
    note: str
    images_per_second: float
    ratio: float
    spread: tuple[float, float]
    bandwidth: float
    doubt: str = ""


@dataclass(frozen=True)
class TaskFigures:
    """`figures`: the engine first. `drawing`: the share of the engine's time that drawing takes,
    the median of the rounds. `winner`: on a GPU, whether it or the CPU is faster."""

    task: str
    rounds: int
    figures: tuple[Figure, ...]
    absent: tuple[Absent, ...]
    parity: Parity
    drawing: float
    winner: str = ""


@dataclass(frozen=True)
class EngineFigures:
    """`bytes_per_second`: read and written by a copy of the device."""

    host: dict[str, Any]
    workers: int
    bytes_per_second: float
    tasks: tuple[TaskFigures, ...]

    @property
    def passed(self) -> bool:
        """Whether all that was timed was right."""
        return all(task.parity.passed for task in self.tasks)

    def to_json(self) -> dict[str, Any]:
        return {"schema": SCHEMA, "passed": self.passed, **asdict(self)}
