"""Paired differences between runs that share their seed, and what they allow to say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from augscore.studies.cells import NONE
from augscore.studies.rows import StudyRow

CONTROL = "permuted"
"""The weights of score in another order within the batch: as uneven, and blind."""

_T95 = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""Two-sided 95 % points of Student's t for 1 to 10 degrees of freedom; beyond, the last serves: it
is a little too wide."""

Verdict = Literal["once", "unclear", "better", "worse"]


@dataclass(frozen=True)
class Spread:
    """Of n numbers: `sd` with n − 1, None for one; `low`, `high` the 95 % interval of the mean by
    Student's t, None for one."""

    n: int
    mean: float
    sd: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Group:
    """The runs of one method and weighting; k-NN accuracy in per cent, `seconds` a run on
    average."""

    method: str
    weighting: str
    knn: Spread
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """`weighting` minus `base`, in points of k-NN accuracy, over the seeds that have both."""

    method: str
    weighting: str
    base: str
    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    spread: Spread

    @property
    def verdict(self) -> Verdict:
        """`better` and `worse` where the interval leaves 0 out, and at least two pairs agree."""
        low, high = self.spread.low, self.spread.high
        if low is None or high is None:
            return "once"
        if low > 0:
            return "better"
        return "worse" if high < 0 else "unclear"


def groups_of(rows: Sequence[StudyRow]) -> tuple[Group, ...]:
    """In the order in which they first appear, a method's together."""
    methods = dict.fromkeys(row.method for row in rows)
    pairs = dict.fromkeys((m, r.weighting) for m in methods for r in rows if r.method == m)
    return tuple(_group(m, w, rows) for m, w in pairs)


def comparisons_of(rows: Sequence[StudyRow]) -> tuple[Comparison, ...]:
    """Each weighting against `none`, and `score` against its control, wherever a seed has both."""
    wanted = [(g.method, g.weighting, NONE) for g in groups_of(rows) if g.weighting != NONE]
    methods = dict.fromkeys(row.method for row in rows)
    wanted += [(method, "score", CONTROL) for method in methods]
    found = (_comparison(m, w, base, rows) for m, w, base in wanted)
    return tuple(c for c in found if c is not None)


def spread_of(values: Sequence[float]) -> Spread:
    n, mean = len(values), fmean(values)
    if n == 1:
        return Spread(1, mean, None, None, None)
    sd = stdev(values)
    reach = _T95[min(n - 1, len(_T95)) - 1] * sd / math.sqrt(n)
    return Spread(n, mean, sd, mean - reach, mean + reach)


def _group(method: str, weighting: str, rows: Sequence[StudyRow]) -> Group:
    mine = [row for row in rows if (row.method, row.weighting) == (method, weighting)]
    return Group(
        method, weighting, spread_of([r.knn for r in mine]), fmean(r.seconds for r in mine)
    )


def _comparison(
    method: str, weighting: str, base: str, rows: Sequence[StudyRow]
) -> Comparison | None:
    knn = {(row.weighting, row.seed): row.knn for row in rows if row.method == method}
    mine = {seed for name, seed in knn if name == weighting}
    seeds = tuple(sorted(seed for seed in mine if (base, seed) in knn))
    if not seeds:
        return None
    differences = tuple(knn[weighting, seed] - knn[base, seed] for seed in seeds)
    return Comparison(method, weighting, base, seeds, differences, spread_of(differences))
