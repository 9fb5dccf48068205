"""Do two contenders put operations and magnitudes in the same order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from augscore.studies.agreement.figures import Figure, draws, interval
from augscore.studies.agreement.judges.judge import Condition
from augscore.studies.kendall import kendall

Values = Mapping[Condition, Sequence[float]]
WHAT = "Kendall's tau, operations"


def order_figure(judge: str, mine: Values, theirs: Values) -> Figure:
    """Kendall's tau of both means over pictures, over all conditions; both have read the same
    pictures in the same order, which are drawn together in each resample."""
    a = np.array([mine[condition] for condition in mine])  # (conditions, pictures)
    b = np.array([theirs[condition] for condition in mine])
    drawn = (
        kendall(a[:, places].mean(axis=1).tolist(), b[:, places].mean(axis=1).tolist())
        for places in draws(a.shape[1], 0)
    )
    low, high = interval(drawn)
    return Figure(judge, WHAT, kendall(a.mean(axis=1).tolist(), b.mean(axis=1).tolist()), low, high)
