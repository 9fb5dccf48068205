"""What counts as nothing, and what as another image: the scale that a table is judged on."""

from __future__ import annotations

import numpy as np

from augscore.auditing.audit import Scale
from augscore.auditing.columns import Columns, Floats

ONE_STEP = 1 / 255
"""The least that 8-bit pixels can differ by, as an RMS over all of them."""

_FLOOR_QUANTILE = 0.99


def scale_of(columns: Columns) -> Scale:
    """The noise floor is the 99th percentile of images read against themselves as 8-bit pixels, in
    pixel RMS at least 1/255; a reference is the median of two different images, None without."""
    return Scale(
        floor_rms=max(ONE_STEP, _upper(columns.floor.rms)),
        floor_strength=_upper(columns.floor.strength),
        unrelated_rms=_median(columns.unrelated.rms),
        unrelated_strength=_median(columns.unrelated.strength),
    )


def _upper(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.quantile(known, _FLOOR_QUANTILE)) if len(known) else 0.0


def _median(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    middle = float(np.median(known)) if len(known) else 0.0
    return middle if middle > 0 else None
