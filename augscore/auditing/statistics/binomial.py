"""Was a coin thrown as it was declared?"""

from __future__ import annotations

import numpy as np


def binomial_p(hits: int, total: int, chance: float) -> float:
    """The two-sided exact p-value of `hits` in `total` draws of probability `chance`.

    The sum of the probabilities of all counts that are as unlikely or more (Fisher 1935).
    """
    if chance <= 0 or chance >= 1:
        return 1.0 if hits == round(chance) * total else 0.0
    counts = np.arange(1, total + 1, dtype=np.float64)
    ratios = np.log(total - counts + 1) - np.log(counts) + np.log(chance) - np.log1p(-chance)
    logs = np.concatenate([[0.0], np.cumsum(ratios)]) + total * np.log1p(-chance)
    likely = np.exp(logs)
    return float(min(1.0, likely[logs <= logs[hits] + 1e-7].sum()))
