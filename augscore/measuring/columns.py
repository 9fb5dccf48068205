"""The numbers of all rows, 8 bytes each: a hundred thousand images take a few megabytes."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from augscore.measuring.rows import Row, readings_in

Values = npt.NDArray[np.float64]


def _doubles() -> array[float]:
    return array("d")


@dataclass
class Columns:
    """Grows while rows are streamed; every image has as many views as the first."""

    views: int = 0
    typicality: array[float] = field(default_factory=_doubles)
    strength: array[float] = field(default_factory=_doubles)
    score_shift: array[float] = field(default_factory=_doubles)
    pixel_rms: array[float] = field(default_factory=_doubles)
    one_minus_ssim: array[float] = field(default_factory=_doubles)
    bounds: Counter[str | None] = field(default_factory=Counter)
    labels: dict[str | None, int] = field(default_factory=dict)
    classes: array[int] = field(default_factory=lambda: array("l"))

    def add(self, row: Row) -> None:
        readings = readings_in(row)
        self.views = len(readings)
        self.typicality.append(row.typicality)
        self.classes.append(self.labels.setdefault(row.label, len(self.labels)))
        for reading in readings:
            self.strength.append(reading.strength)
            self.score_shift.append(reading.score_shift)
            self.pixel_rms.append(reading.pixel_rms)
            self.one_minus_ssim.append(reading.one_minus_ssim)
            self.bounds[reading.noise_bound] += 1

    def __len__(self) -> int:
        return len(self.typicality)

    def table(self, column: array[float]) -> Values:
        """(N images, K views); K is 1 for what an image has once."""
        return np.array(column, dtype=np.float64).reshape(len(self), -1)
