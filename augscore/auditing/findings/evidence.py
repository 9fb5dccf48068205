"""What all findings are made from: a table, its arrays and its scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augscore.auditing.anatomy.part import Part
from augscore.auditing.audit import Scale
from augscore.auditing.columns import Columns, Floats, columns_of
from augscore.auditing.scale import scale_of
from augscore.auditing.table import Table
from augscore.keys import ImageId

FEWEST_IMAGES = 50
"""Under this, intervals of long-tailed strengths cannot be trusted, and only facts are told."""

_SHOWN = 3


@dataclass(frozen=True)
class Evidence:
    """`alpha` is the error rate of a kind of finding over all parts; `seed` is for resampling."""

    table: Table
    columns: Columns
    scale: Scale
    seed: int
    alpha: float

    @property
    def parts(self) -> tuple[Part, ...]:
        return self.table.parts

    @property
    def lively(self) -> tuple[int, ...]:
        """Places of the parts that are meant to do something."""
        return tuple(place for place, part in enumerate(self.parts) if not part.neutral)

    def named(self, op: str) -> Part | None:
        """The part of that operation, if there is exactly one."""
        parts = [part for part in self.parts if part.op == op]
        return parts[0] if len(parts) == 1 else None

    def images(self, worth: Floats) -> tuple[ImageId, ...]:
        """Up to three images that show it best: those with the highest `worth` (N,)."""
        order = np.argsort(-worth, kind="stable")[:_SHOWN]
        return tuple(self.columns.ids[i] for i in order.tolist() if worth[i] > -np.inf)


def gather(table: Table, *, seed: int, alpha: float) -> Evidence:
    columns = columns_of(table)
    return Evidence(table, columns, scale_of(columns), seed, alpha)
