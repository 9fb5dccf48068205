"""What separates two views of one image by the same operation, magnitude by magnitude."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import numpy as np

from augscore.json_values import Json, numbers, sequence
from augscore.studies.figures.band import Band, band_of
from augscore.studies.figures.figure_study import Row
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats, rank_agreement
from augscore.studies.figures.sweep import Sweep


@dataclass(frozen=True)
class Gaps:
    """`score_gap`: medians over images of |S − S'|, nats; `strength`: of the relative strength
    between the two views; both (L, L) over the magnitudes, symmetric, with 0 where they are equal.

    Agreements are Spearman's over all pairs, within each image, in bands over images; None where
    no image changes.

    gap_by_difference       of |S − S'| with |m1 − m2|
    gap_by_size             with the difference of |m − weakest|; None for one-sided operations
    strength_by_difference  of the strength with |m1 − m2|
    """

    sweep: Sweep
    magnitudes: tuple[float, ...]
    score_gap: Floats
    strength: Floats
    gap_by_difference: Band | None
    gap_by_size: Band | None
    strength_by_difference: Band | None

    def to_json(self) -> dict[str, object]:
        sweep = self.sweep
        bands = {
            name: None if band is None else asdict(band)
            for name, band in (
                ("gap_by_difference", self.gap_by_difference),
                ("gap_by_size", self.gap_by_size),
                ("strength_by_difference", self.strength_by_difference),
            )
        }
        return {
            "op": sweep.op,
            "argument": sweep.argument,
            "unit": sweep.unit,
            "kind": sweep.kind,
            "weakest": sweep.weakest,
            "magnitudes": list(self.magnitudes),
            "score_gap": self.score_gap.tolist(),
            "strength": self.strength.tolist(),
            **bands,
        }

    def rows(self) -> Iterator[Row]:
        """A flat row for each two magnitudes."""
        for i, j in level_pairs(len(self.magnitudes)):
            yield {
                "op": self.sweep.op,
                "argument": self.sweep.argument,
                "unit": self.sweep.unit,
                "kind": self.sweep.kind,
                "magnitude_1": self.magnitudes[i],
                "magnitude_2": self.magnitudes[j],
                "score_gap_median": float(self.score_gap[i, j]),
                "strength_median": float(self.strength[i, j]),
            }


def level_pairs(count: int) -> list[tuple[int, int]]:
    """Every two of so many levels, the lower first."""
    return [(i, j) for j in range(count) for i in range(j)]


def gaps_of(sweep: Sweep, row: Json, lab: Lab) -> Gaps:
    """From the row of a sweep."""
    magnitudes = np.array(numbers(row["magnitudes"]))
    scores, strengths = _table(row["score_values"]), _table(row["strengths"]) / lab.unrelated
    lower, upper = (list(side) for side in zip(*level_pairs(len(magnitudes)), strict=True))
    gaps = np.abs(scores[:, lower] - scores[:, upper])
    differences = np.abs(magnitudes[lower] - magnitudes[upper])
    sizes = np.abs(magnitudes - sweep.weakest)
    by_size = np.abs(sizes[lower] - sizes[upper])
    two_sided = len(sweep.directions) == 2
    return Gaps(
        sweep=sweep,
        magnitudes=tuple(magnitudes.tolist()),
        score_gap=_square(np.median(gaps, axis=0), len(magnitudes)),
        strength=_square(np.median(strengths, axis=0), len(magnitudes)),
        gap_by_difference=_agreement(gaps, differences, lab),
        gap_by_size=_agreement(gaps, by_size, lab) if two_sided else None,
        strength_by_difference=_agreement(strengths, differences, lab),
    )


def _agreement(readings: Floats, sizes: Floats, lab: Lab) -> Band | None:
    found = rank_agreement(readings, sizes)
    known = found[~np.isnan(found)]
    return band_of(known, seed=lab.seed) if len(known) else None


def _square(values: Floats, count: int) -> Floats:
    square = np.zeros((count, count))
    for value, (i, j) in zip(values, level_pairs(count), strict=True):
        square[i, j] = square[j, i] = value
    return square


def _table(value: object) -> Floats:
    return np.array([numbers(row) for row in sequence(value)])
