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
FEWEST_FOR_INTERVAL = 5
"""Resampling fewer says less about the median than the values themselves."""

FEW, CHANCE_OF_FEW = 4, 1e-2
_SMALLEST_SHARE = 1e-4


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
    """One a class, the hardest hit first (by median strength), those of too few images for an
    interval last; none where fewer than two classes have names."""
    names = {number: label for label, number in columns.labels.items() if label is not None}
    if len(names) < 2:
        return ()
    strengths, typicality = columns.table(columns.strength), columns.table(columns.typicality)
    classes = np.array(columns.classes)
    order = np.argsort(classes, kind="stable")
    ends = np.cumsum(np.bincount(classes))[:-1]
    members = dict(enumerate(np.split(order, ends)))
    rows = [
        _class(label, strengths[members[k]], typicality[members[k]], ladder, seed)
        for k, label in names.items()
    ]
    return tuple(
        sorted(rows, key=lambda r: (r.strength.interval is None, -r.strength.median, r.label))
    )


def _class(
    label: str, strengths: Values, typicality: Values, ladder: Ladder, seed: int
) -> ClassSummary:
    strength = spread(strengths, seed)
    bounds = Counter(ladder.noise_sd(s)[1] for s in strengths.flat)
    noise = _noise_spread(strength, bounds, ladder)
    return ClassSummary(label, len(strengths), strength, noise, float(np.median(typicality)))


def _outside(typicality: Values) -> bool:
    """More than half are atypical, and so many that chance would do it once in 1,000 folders, or
    where few images cannot tell: so atypical that clean ones are it once in 100.

    Typicality is a percentage of clean images, so in a folder of clean ones 15 % lie below 15.
    """
    count = len(typicality)
    strange = int((typicality < ATYPICAL_BELOW).sum())
    if strange <= OUTSIDE_SHARE * count:
        return False
    if count < FEW:
        return _combined(typicality) < CHANCE_OF_FEW
    return _tail(strange, count) < CHANCE


def _combined(typicality: Values) -> float:
    """Fisher 1932: the chance of percentages as small as these together, were all images clean."""
    shares = np.maximum(typicality.ravel() / 100, _SMALLEST_SHARE)
    half = -math.fsum(np.log(shares))
    return math.exp(-half) * math.fsum(half**k / math.factorial(k) for k in range(len(shares)))


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
    few = len(values) < FEWEST_FOR_INTERVAL
    interval = None if few else median_interval(values, seed=seed)
    return Spread(values.size, median, p05, p95, interval)


def _noise_spread(
    strength: Spread, bounds: Mapping[str | None, int], ladder: Ladder
) -> NoiseSpread:
    """The ladder is monotone, so quantiles of the strength are quantiles of its noise form.

    The interval is wider than the strength's own: the ladder's rungs are estimates, too.
    """
    ends = strength.interval
    return NoiseSpread(
        median=ladder.noise_sd(strength.median)[0],
        p05=ladder.noise_sd(strength.p05)[0],
        p95=ladder.noise_sd(strength.p95)[0],
        interval=None if ends is None else ladder.noise_sd_interval(*ends),
        floor=ladder.floor_sd,
        ceiling=ladder.noise_sds[-1],
        below_floor=bounds.get(BELOW_FLOOR, 0),
        past_ladder=bounds.get(PAST_LADDER, 0),
    )


def _scaled(strength: Spread, unrelated: float | None) -> Spread | None:
    if not unrelated:
        return None
    ends = strength.interval
    return Spread(
        strength.count,
        strength.median / unrelated,
        strength.p05 / unrelated,
        strength.p95 / unrelated,
        None if ends is None else (ends[0] / unrelated, ends[1] / unrelated),
    )
