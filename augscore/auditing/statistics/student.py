"""The upper tail of Student's t."""

from __future__ import annotations

import math


def t_tail(t: float, freedom: int) -> float:
    """P(T ≥ t) with `freedom` > 0 degrees, through Wallace's normal score (1959): within 1 % of it
    from 30 degrees on, as far out as 1e-6."""
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    scale = (8 * freedom + 1) / (8 * freedom + 3)
    normal = scale * math.sqrt(freedom * math.log1p(t * t / freedom))
    tail = math.erfc(normal / math.sqrt(2)) / 2
    return tail if t > 0 else 1 - tail
