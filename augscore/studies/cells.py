"""The runs of a weighting study: which method, with which weights, from which seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from augscore.errors import UsageError
from augscore.methods.table import METHODS, find_method
from augscore.nearest import did_you_mean
from augscore.training.config import WeightingKind

NONE = "none"
METHODS_SHOWN = ("simclr", "vicreg")
WEIGHTINGS_SHOWN = (NONE, "score", "permuted", "inverted")


@dataclass(frozen=True)
class Cell:
    """One run. Cells of one method and seed are paired: they share initial weights, the order of
    the images and every draw, and differ in the weights of pairs alone."""

    method: str
    weighting: str
    seed: int

    @property
    def name(self) -> str:
        return f"{self.method}-{self.weighting}-{self.seed}"


def grid(
    methods: Sequence[str] = METHODS_SHOWN,
    weightings: Sequence[str] = WEIGHTINGS_SHOWN,
    *,
    seeds: int = 3,
    others: bool = False,
) -> tuple[Cell, ...]:
    """All cells in the order to run them: every comparison has its first pair before any has its
    second.

    `others`: each further method once without weights and once with the first weighting that is
    not `none`. Raises UsageError for an unknown name, an empty list, or fewer than one seed.
    """
    methods = _distinct([find_method(name).name for name in methods])
    weightings = _distinct([_weighting(name) for name in weightings])
    if not methods or not weightings or seeds < 1:
        raise UsageError("a study needs a method, a weighting and a seed", code="usage")
    cells = [Cell(m, w, seed) for seed in range(seeds) for m in methods for w in weightings]
    if others:
        pair = [NONE, *(name for name in weightings if name != NONE)][:2]
        rest = [name for name in METHODS if name not in methods]
        cells += [Cell(method, weighting, 0) for method in rest for weighting in pair]
    return tuple(cells)


def _weighting(name: str) -> str:
    known = get_args(WeightingKind)
    if name not in known:
        raise UsageError(
            f"unknown weighting {name!r}", code="unknown_weighting", hint=did_you_mean(name, known)
        )
    return name


def _distinct(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(names))
