"""Do two contenders put operations and magnitudes in the same order?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from augscore.studies.agreement.figures import Figure, bootstrapped
from augscore.studies.agreement.judges.judge import Condition
from augscore.studies.kendall import kendall

Values = Mapping[Condition, Sequence[float]]
WHAT = "Kendall's tau, operations"


def order_figure(judge: str, mine: Values, theirs: Values) -> Figure:
    """Kendall's tau of both means over pictures, over all conditions; both have read the same
    pictures in the same order, which are drawn together in each resample."""
    a = np.array([mine[condition] for condition in mine])  # (conditions, pictures)
    b = np.array([theirs[condition] for condition in mine])

    def order(places: Sequence[int]) -> float:
        return kendall(a[:, places].mean(axis=1).tolist(), b[:, places].mean(axis=1).tolist())

    return bootstrapped(judge, WHAT, a.shape[1], order)
