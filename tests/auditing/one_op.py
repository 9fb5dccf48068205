"""A table of one operation, of numbers that a test gives."""

from __future__ import annotations

import numpy as np

from augscore.auditing.anatomy.part import Part
from augscore.auditing.table import (
    ImageRecord,
    PartReading,
    Pixels,
    Reading,
    Table,
    ViewRecord,
)

PIXELS = Pixels(0.2, 0.0, 0.1, 0.0, 1.0)
UNIT = 2.0


def one_op_table(strengths: np.ndarray, applied: np.ndarray) -> Table:
    """(N, K) raw strengths of views by the only operation, where it is applied (N, K)."""
    records = tuple(
        ImageRecord(
            id=f"{n}.jpg",
            label=None,
            pixels=PIXELS,
            floor=Reading(0.0, 0.0),
            unrelated=Reading(UNIT, 0.3),
            views=tuple(
                ViewRecord(
                    number=k,
                    reading=Reading(strengths[n, k] * applied[n, k], 0.1 * applied[n, k]),
                    pixels=PIXELS,
                    applied=(0,) if applied[n, k] else (),
                    parts=(PartReading(0, Reading(strengths[n, k], 0.1)),) if applied[n, k] else (),
                )
                for k in range(strengths.shape[1])
            ),
            between=(Reading(1.0, 0.1),),
            place=n,
        )
        for n in range(len(strengths))
    )
    return Table((Part("A", "A", 0, 0.5),), records)
