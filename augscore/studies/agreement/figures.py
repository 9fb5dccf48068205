"""From readings and opinions to rank correlations, with intervals over pictures."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from augscore.keys import field_keys, slot, uniform_field
from augscore.studies.agreement.judges.judge import Condition, Judge
from augscore.studies.spearman import spearman

RESAMPLES = 200


@dataclass(frozen=True)
class Reading:
    """What a contender reads of a picture of a judge."""

    reference: str
    condition: Condition
    value: float


@dataclass(frozen=True)
class Figure:
    """A rank correlation in [−1, 1] and its 95 % interval: bootstrap over pictures."""

    judge: str
    what: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class _Point:
    condition: Condition
    reading: float
    opinion: float


def figures_of(judge: Judge, readings: Sequence[Reading], *, seed: int = 0) -> tuple[Figure, ...]:
    """pooled           all conditions (RAID: all single pictures) together
    within kinds     mean over kinds of distortion, each by itself
    at equal levels  mean over levels: are the kinds in the right order?
    """
    by_picture: dict[str, list[Reading]] = {}
    for reading in readings:
        by_picture.setdefault(reading.reference, []).append(reading)
    pictures = list(by_picture.values())

    def figure(what: str, statistic: Callable[[Sequence[_Point]], float]) -> Figure:
        def of(places: Sequence[int]) -> float:
            return statistic(_points(judge, [pictures[place] for place in places]))

        return bootstrapped(judge.name, what, len(pictures), of, seed=seed)

    return (
        figure("pooled", correlation),
        figure("within kinds", lambda points: _mean_over(points, lambda c: c.kind)),
        figure("at equal levels", lambda points: _mean_over(points, lambda c: c.level)),
    )


def correlation(points: Sequence[_Point]) -> float:
    return spearman([p.reading for p in points], [p.opinion for p in points])


def _points(judge: Judge, pictures: Sequence[Sequence[Reading]]) -> list[_Point]:
    readings = [reading for picture in pictures for reading in picture]
    if judge.by_picture is not None:
        return [
            _Point(r.condition, r.value, judge.by_picture[r.reference, r.condition])
            for r in readings
        ]
    by_condition: dict[Condition, list[float]] = {}
    for reading in readings:
        by_condition.setdefault(reading.condition, []).append(reading.value)
    return [
        _Point(condition, statistics.fmean(values), judge.opinions[condition])
        for condition, values in by_condition.items()
    ]


def _mean_over(points: Sequence[_Point], part: Callable[[Condition], object]) -> float:
    parts: dict[object, list[_Point]] = {}
    for point in points:
        parts.setdefault(part(point.condition), []).append(point)
    values = [v for p in parts.values() if math.isfinite(v := correlation(p))]
    return statistics.fmean(values) if values else math.nan


def bootstrapped(
    judge: str,
    what: str,
    count: int,
    statistic: Callable[[Sequence[int]], float],
    *,
    seed: int = 0,
) -> Figure:
    """Of a statistic of places of `count` pictures: of all, and of resamples."""
    low, high = interval(map(statistic, draws(count, seed)))
    return Figure(judge, what, statistic(range(count)), low, high)


def interval(values: Iterable[float]) -> tuple[float, float]:
    known = [value for value in values if math.isfinite(value)]
    if not known:
        return math.nan, math.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def draws(count: int, seed: int) -> list[list[int]]:
    """Places of pictures, drawn with replacement."""
    (key,) = field_keys(torch.arange(1), slot("agreement", 0, "pictures"), seed=seed).tolist()
    uniforms = uniform_field(key, (RESAMPLES, count))
    places: list[list[int]] = (uniforms * count).long().clamp(max=count - 1).tolist()
    return places


def condition_figure(
    judge: str,
    what: str,
    values: Mapping[Condition, Sequence[float]],
    truth: Mapping[Condition, float],
) -> Figure:
    """Means over pictures against one truth a condition; the same pictures in the same order in
    every condition, drawn together in each resample."""
    table = np.array(list(values.values()))  # (conditions, pictures)
    wanted = [truth[condition] for condition in values]

    def agreement(places: Sequence[int]) -> float:
        return spearman(table[:, places].mean(axis=1).tolist(), wanted)

    return bootstrapped(judge, what, table.shape[1], agreement)
