"""Learning rates and momenta: pure functions of the step, counted from 0."""

from __future__ import annotations

import math
from collections.abc import Sequence


def warmup_cosine(step: int, *, steps: int, warmup: int, peak: float) -> float:
    """Linear from 0 over `warmup` steps, then half a cosine down to 0 at `steps`."""
    if step < warmup:
        return peak * (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))


def warmup_drops(
    step: int, *, drops: Sequence[int], warmup: int, peak: float, gamma: float
) -> float:
    """Linear from 0 over `warmup` steps, then `peak`, times `gamma` from each of `drops` on."""
    if step < warmup:
        return peak * (step + 1) / warmup
    return peak * gamma ** sum(step >= drop for drop in drops)


def cosine_between(step: int, *, steps: int, start: float, end: float) -> float:
    """Half a cosine from `start` at step 0 to `end` at `steps`, as the momentum of BYOL's copy
    rises (Grill et al. 2020, arXiv 2006.07733, section 3.2)."""
    progress = min(1.0, step / max(1, steps))
    return end - (end - start) * 0.5 * (1 + math.cos(math.pi * progress))
