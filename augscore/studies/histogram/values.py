"""What was read of every image and of its view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augscore.json_values import Json, numbers, sequence, text
from augscore.studies.figures.figure_study import Row
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.histogram.colour_ops import COLOUR_OPS


@dataclass(frozen=True)
class Values:
    """(N,) each: score values of the `originals` and of the `views`, nats; relative `strengths`;
    `operations` that made a view, and whether one of them was of `colour`."""

    originals: Floats
    views: Floats
    strengths: Floats
    operations: tuple[tuple[str, ...], ...]

    @property
    def shifts(self) -> Floats:
        """S(view) − S(original)."""
        return self.views - self.originals

    @property
    def colour(self) -> npt.NDArray[np.bool_]:
        return np.array([not COLOUR_OPS.isdisjoint(names) for names in self.operations])

    def rows(self, lab: Lab) -> Iterator[Row]:
        """A flat row an image."""
        ladder = lab.scorer.calibration.ladder_for(lab.side)
        for place, name in enumerate(lab.originals.ids):
            noise_sd, bound = ladder.noise_sd(float(self.strengths[place]) * lab.unrelated)
            yield {
                "image": str(name),
                "score_value_original": float(self.originals[place]),
                "score_value_view": float(self.views[place]),
                "score_shift": float(self.shifts[place]),
                "strength": float(self.strengths[place]),
                "noise_sd": noise_sd,
                "noise_bound": bound,
                "operations": " ".join(self.operations[place]),
            }


def values_of(rows: Sequence[Json], lab: Lab) -> Values:
    """From the rows of all blocks of images, in their order."""
    names = [tuple(map(text, sequence(one))) for row in rows for one in sequence(row["operations"])]
    return Values(
        originals=lab.values.numpy().astype(np.float64),
        views=_joined(rows, "score_values"),
        strengths=_joined(rows, "strengths") / lab.unrelated,
        operations=tuple(names),
    )


def _joined(rows: Sequence[Json], name: str) -> Floats:
    return np.concatenate([np.array(numbers(row[name])) for row in rows])
