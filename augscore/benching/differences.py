"""How far two results lie apart, in grey levels."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.benching.references.record import Bound


@dataclass(frozen=True)
class Difference:
    """Absolute differences of all values, in grey levels; `share` of them exceed the bound's
    `most`."""

    mean: float
    most: float
    share: float

    def within(self, bound: Bound) -> bool:
        return self.mean <= bound.mean + _ROUNDING and self.share <= bound.share


# Of float32 values in [0, 1]: the same number of levels, written in two ways.
_ROUNDING = 2e-4


def difference(ours: torch.Tensor, theirs: torch.Tensor, bound: Bound) -> Difference:
    """Between two batches of pixels in [0, 1]."""
    levels = (ours.to(torch.float64) - theirs.to(torch.float64)).abs() * 255
    beyond = (levels > bound.most + _ROUNDING).to(torch.float64).mean().item()
    return Difference(levels.mean().item(), levels.max().item(), beyond)
