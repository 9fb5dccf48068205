"""From all readings to a summary with error bars."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np

from augscore.measuring.columns import Columns, Values
from augscore.measuring.measurement import ClassSummary, NoiseSpread, Spread, Summary
from augscore.strength.intervals import median_interval
from augscore.strength.ladder import BELOW_FLOOR, PAST_LADDER, Ladder

ATYPICAL_BELOW = 15.0
OUTSIDE_SHARE = 0.5
CHANCE = 1e-3


def summarise(
    columns: Columns, ladder: Ladder, unrelated: float | None, seed: int
) -> Summary | None:
    """None if nothing was measured."""
    if not len(columns):
        return None
    strength = spread(columns.table(columns.strength), seed)
    typicality = columns.table(columns.typicality)
    atypical = float((typicality < ATYPICAL_BELOW).mean())
    return Summary(
        strength=strength,
        strength_noise_sd=_noise_spread(strength, columns.bounds, ladder),
        strength_relative=_scaled(strength, unrelated),
        typicality=spread(typicality, seed),
        score_shift=spread(columns.table(columns.score_shift), seed),
        pixel_rms=spread(columns.table(columns.pixel_rms), seed),
        one_minus_ssim=spread(columns.table(columns.one_minus_ssim), seed),
        unrelated=unrelated,
        atypical_share=atypical,
        outside_clean_range=_outside(typicality),
    )


def summarise_classes(columns: Columns, ladder: Ladder, seed: int) -> tuple[ClassSummary, ...]:
    """One a class, the hardest hit first (by median strength); none where all are of one class."""
    labels = [label for label in columns.labels if label is not None]
    if len(columns.labels) < 2:
        return ()
    strengths, typicality = columns.table(columns.strength), columns.table(columns.typicality)
    classes = np.array(columns.classes)
    rows = []
    for label in labels:
        members = classes == columns.labels[label]
        strength = spread(strengths[members], seed)
        bounds = Counter(ladder.noise_sd(s)[1] for s in strengths[members].flat)
        rows.append(
            ClassSummary(
                label,
                int(members.sum()),
                strength,
                _noise_spread(strength, bounds, ladder),
                float(np.median(typicality[members])),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.strength.median, row.label)))


def _outside(typicality: Values) -> bool:
    """More than half are atypical, and so many that chance would do it once in 1,000 folders.

    Typicality is a percentage of clean images, so in a folder of clean ones 15 % lie below 15.
    """
    count = len(typicality)
    strange = int((typicality < ATYPICAL_BELOW).sum())
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


def _noise_spread(
    strength: Spread, bounds: Mapping[str | None, int], ladder: Ladder
) -> NoiseSpread:
    """The ladder is monotone, so quantiles of the strength are quantiles of its noise form."""
    low, high = (ladder.noise_sd(s)[0] for s in strength.interval)
    return NoiseSpread(
        median=ladder.noise_sd(strength.median)[0],
        p05=ladder.noise_sd(strength.p05)[0],
        p95=ladder.noise_sd(strength.p95)[0],
        interval=(low, high),
        floor=ladder.floor_sd,
        ceiling=ladder.noise_sds[-1],
        below_floor=bounds.get(BELOW_FLOOR, 0),
        past_ladder=bounds.get(PAST_LADDER, 0),
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
