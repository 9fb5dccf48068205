"""Score value and strength over the magnitudes of two operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from augscore.json_values import Json, number, numbers, sequence
from augscore.studies.composition.explained import Explained, explained
from augscore.studies.figures.figure_study import Row
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.figures.sweep import Sweep


@dataclass(frozen=True)
class Surface:
    """(L1, L2) medians over images: `score_shift` of S(view) − S(original), nats; `strength`,
    relative. What simple shapes explain of the means over images is beside them."""

    first: Sweep
    second: Sweep
    firsts: tuple[float, ...]
    seconds: tuple[float, ...]
    score_shift: Floats
    strength: Floats
    score_explained: Explained
    strength_explained: Explained

    def to_json(self) -> dict[str, object]:
        return {
            "first": _told(self.first, self.firsts),
            "second": _told(self.second, self.seconds),
            "score_shift": self.score_shift.tolist(),
            "strength": self.strength.tolist(),
            "score_explained": asdict(self.score_explained),
            "strength_explained": asdict(self.strength_explained),
        }

    def rows(self) -> Iterator[Row]:
        """A flat row for each two magnitudes."""
        for i, first in enumerate(self.firsts):
            for j, second in enumerate(self.seconds):
                yield {
                    self.first.name: first,
                    self.second.name: second,
                    "score_shift_median": float(self.score_shift[i, j]),
                    "strength_median": float(self.strength[i, j]),
                }


def surface_of(
    first: Sweep, second: Sweep, seconds: Sequence[float], rows: Sequence[Json], lab: Lab
) -> Surface:
    """From the rows of the first operation's magnitudes, ascending."""
    originals = lab.values.numpy().astype(np.float64)[:, None, None]
    shifts = _stacked(rows, "score_values") - originals
    strengths = _stacked(rows, "strengths") / lab.unrelated
    firsts = tuple(number(row["magnitude"]) for row in rows)
    axes = (np.array(firsts), np.array(seconds))
    return Surface(
        first,
        second,
        firsts,
        tuple(seconds),
        np.median(shifts, axis=0),
        np.median(strengths, axis=0),
        explained(shifts, *axes, seed=lab.seed),
        explained(strengths, *axes, seed=lab.seed),
    )


def _stacked(rows: Sequence[Json], name: str) -> Floats:
    """(N, L1, L2)."""
    tables = [[numbers(line) for line in sequence(row[name])] for row in rows]
    return np.stack([np.array(table) for table in tables], axis=1)


def _told(sweep: Sweep, values: Sequence[float]) -> dict[str, object]:
    return {
        "op": sweep.op,
        "argument": sweep.argument,
        "unit": sweep.unit,
        "weakest": sweep.weakest,
        "magnitudes": list(values),
    }
