"""From all readings to a summary with error bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from augscore.measuring.rows import ImageRow, NoiseSpread, PairRow, Spread, Summary, ViewReading
from augscore.strength.intervals import median_interval
from augscore.strength.ladder import BELOW_FLOOR, PAST_LADDER, Ladder

ATYPICAL_BELOW = 15.0
OUTSIDE_SHARE = 0.5
CHANCE = 1e-3

Values = npt.NDArray[np.float64]


@dataclass
class Columns:
    """The numbers of all rows, image by image; grows while rows are streamed."""

    typicality: list[float] = field(default_factory=list)
    views: list[tuple[ViewReading, ...]] = field(default_factory=list)

    def add(self, row: ImageRow | PairRow) -> None:
        self.typicality.append(row.typicality)
        self.views.append(row.views if isinstance(row, ImageRow) else (row.reading,))


def summarise(
    columns: Columns, ladder: Ladder, unrelated: float | None, seed: int
) -> Summary | None:
    """None if nothing was measured."""
    if not columns.typicality:
        return None
    strengths = _table([[v.strength for v in views] for views in columns.views])
    strength = spread(strengths, seed)
    typicality = _table([[t] for t in columns.typicality])
    atypical = float((typicality < ATYPICAL_BELOW).mean())
    return Summary(
        strength=strength,
        strength_noise_sd=_noise_spread(strength, columns, ladder),
        strength_relative=_scaled(strength, unrelated),
        typicality=spread(typicality, seed),
        score_shift=spread(_table([[v.score_shift for v in vs] for vs in columns.views]), seed),
        pixel_rms=spread(_table([[v.pixel_rms for v in vs] for vs in columns.views]), seed),
        one_minus_ssim=spread(
            _table([[v.one_minus_ssim for v in vs] for vs in columns.views]), seed
        ),
        unrelated=unrelated,
        atypical_share=atypical,
        outside_clean_range=_outside(columns.typicality),
    )


def _outside(typicality: Sequence[float]) -> bool:
    """More than half are atypical, and so many that chance would do it once in 1,000 folders.

    Typicality is a percentage of clean images, so in a folder of clean ones 15 % lie below 15.
    """
    count = len(typicality)
    strange = sum(value < ATYPICAL_BELOW for value in typicality)
    return strange > OUTSIDE_SHARE * count and _tail(strange, count) < CHANCE


def _tail(strange: int, count: int) -> float:
    """P(X ≥ strange) of a binomial X: `count` images, each below 15 with probability 0.15."""
    share = ATYPICAL_BELOW / 100
    below = range(strange)
    return 1.0 - math.fsum(
        math.exp(
            math.lgamma(count + 1)
            - math.lgamma(k + 1)
            - math.lgamma(count - k + 1)
            + k * math.log(share)
            + (count - k) * math.log1p(-share)
        )
        for k in below
    )


def spread(values: Values, seed: int) -> Spread:
    """(N images, K views) → quantiles over all, interval by resampling images."""
    p05, median, p95 = np.quantile(values, [0.05, 0.5, 0.95]).tolist()
    return Spread(values.size, median, p05, p95, median_interval(values, seed=seed))


def _noise_spread(strength: Spread, columns: Columns, ladder: Ladder) -> NoiseSpread:
    """The ladder is monotone, so quantiles of the strength are quantiles of its noise form."""
    bounds = [v.noise_bound for views in columns.views for v in views]
    low, high = (ladder.noise_sd(s)[0] for s in strength.interval)
    return NoiseSpread(
        median=ladder.noise_sd(strength.median)[0],
        p05=ladder.noise_sd(strength.p05)[0],
        p95=ladder.noise_sd(strength.p95)[0],
        interval=(low, high),
        floor=ladder.floor_sd,
        ceiling=ladder.noise_sds[-1],
        below_floor=bounds.count(BELOW_FLOOR),
        past_ladder=bounds.count(PAST_LADDER),
    )


def _scaled(strength: Spread, unrelated: float | None) -> Spread | None:
    if not unrelated:
        return None
    low, high = strength.interval
    return Spread(
        strength.count,
        strength.median / unrelated,
        strength.p05 / unrelated,
        strength.p95 / unrelated,
        (low / unrelated, high / unrelated),
    )


def _table(rows: Sequence[Sequence[float]]) -> Values:
    return np.asarray(rows, dtype=np.float64)
