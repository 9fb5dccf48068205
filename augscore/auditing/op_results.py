"""Each operation of the policy: how often, how strong, how much of the whole, and its curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from augscore.auditing.audit import Curve, CurvePoint, Estimate, OpResult, Scale
from augscore.auditing.finding import Finding
from augscore.auditing.part import Axis, Part
from augscore.auditing.statistics.mean import mean_estimate, mean_estimates
from augscore.auditing.statistics.share import clustered_share_estimate
from augscore.auditing.table import ImageRecord, LevelRecord, PartReading, Table, ViewRecord

Floats = npt.NDArray[np.float64]

DESTROYED_SD, DESTROYED_CONSTANT, BLANK_SD = 0.1, 0.95, 0.02


def op_results(
    table: Table, scale: Scale, findings: Sequence[Finding], *, seed: int, pipelines: Sequence[int]
) -> tuple[OpResult, ...]:
    """`pipelines`: for each view number the view whose operations it has."""
    return tuple(
        _op(table, place, scale, _codes(findings, part), seed, pipelines)
        for place, part in enumerate(table.parts)
    )


def _codes(findings: Sequence[Finding], part: Part) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.code for f in findings if f.part == part.path))


def _op(
    table: Table,
    place: int,
    scale: Scale,
    codes: tuple[str, ...],
    seed: int,
    pipelines: Sequence[int],
) -> OpResult:
    part = table.parts[place]
    numbers = [k for k, view in enumerate(pipelines) if view == part.view]
    applied = _grid(table.records, numbers, lambda view: float(place in view.applied))
    probed = [record for record in table.records if any(view.parts for view in record.views)]
    alone = _grid(probed, numbers, lambda view: _alone(view, place))
    rms = _grid(probed, numbers, lambda view: _rms(view, place))
    effective = np.where(
        np.isnan(alone), _grid(probed, numbers, lambda view: _idle(view, place)), alone
    )
    return OpResult(
        path=part.path,
        op=part.op,
        view=part.view,
        line=part.line,
        declared=part.chance,
        applied=clustered_share_estimate(applied) if len(applied) else None,
        strength=_relative(alone, scale, seed),
        effective=_relative(effective, scale, seed),
        contribution=_contribution(probed, place, numbers, seed),
        rms=mean_estimate(rms, seed=seed) if rms.size else None,
        curves=tuple(
            _curve(table, place, number, axis, scale, seed) for number, axis in enumerate(part.axes)
        ),
        findings=codes,
    )


def _grid(
    records: Sequence[ImageRecord],
    numbers: Sequence[int],
    value: Callable[[ViewRecord], float | None],
) -> Floats:
    """(images, views), NaN where `value` is None."""
    rows = [[_number(value(record.views[k])) for k in numbers] for record in records]
    return np.array(rows, dtype=np.float64).reshape(len(records), len(numbers))


def _number(value: float | None) -> float:
    return np.nan if value is None else value


def _reading(view: ViewRecord, place: int) -> PartReading | None:
    return next((reading for reading in view.parts if reading.part == place), None)


def _alone(view: ViewRecord, place: int) -> float | None:
    own = _reading(view, place)
    return None if own is None or own.alone is None else own.alone.strength


def _rms(view: ViewRecord, place: int) -> float | None:
    own = _reading(view, place)
    return None if own is None or own.alone is None else own.alone.rms


def _strength(measured: ViewRecord | LevelRecord) -> float | None:
    return None if measured.reading is None else measured.reading.strength


def _shift(level: LevelRecord) -> float | None:
    return None if level.reading is None else level.reading.shift


def _level_rms(level: LevelRecord) -> float | None:
    return None if level.reading is None else level.reading.rms


def _idle(view: ViewRecord, place: int) -> float | None:
    return None if place in view.applied or view.reading is None else 0.0


def _contribution(
    records: Sequence[ImageRecord], place: int, numbers: Sequence[int], seed: int
) -> Estimate | None:
    """The share of the mean strength of views that is gone without the operation."""

    def gone(view: ViewRecord) -> float | None:
        own = _reading(view, place)
        if view.reading is None:
            return None
        if own is None or own.without is None:
            return _idle(view, place)
        return view.reading.strength - own.without.strength

    whole = _grid(records, numbers, _strength)
    mean = float(np.nanmean(whole)) if np.isfinite(whole).any() else 0.0
    if mean <= 0:
        return None
    return scaled(mean_estimate(_grid(records, numbers, gone), seed=seed), 1 / mean)


def _relative(values: Floats, scale: Scale, seed: int) -> Estimate | None:
    if not values.size or not scale.unrelated_strength:
        return None
    return scaled(mean_estimate(values, seed=seed), 1 / scale.unrelated_strength)


def scaled(estimate: Estimate | None, factor: float) -> Estimate | None:
    """The estimate of `factor`, 0 or more, times the quantity."""
    if estimate is None:
        return None
    low, high = (None if end is None else end * factor for end in (estimate.low, estimate.high))
    return replace(estimate, value=estimate.value * factor, low=low, high=high)


def _curve(table: Table, place: int, number: int, axis: Axis, scale: Scale, seed: int) -> Curve:
    levels: list[list[LevelRecord]] = [[] for _ in axis.levels]
    sds: list[list[float]] = [[] for _ in axis.levels]
    for record in table.records:
        for level in record.levels:
            if (level.part, level.axis) == (place, number):
                levels[level.level].append(level)
                sds[level.level].append(record.pixels.sd)
    strengths = _estimates(levels, _strength, seed)
    shifts = _estimates(levels, _shift, seed)
    rms = _estimates(levels, _level_rms, seed)
    unit = scale.unrelated_strength
    points = []
    for k, value in enumerate(axis.levels):
        strength, pixel = strengths[k], rms[k]
        relative = scaled(strength, 1 / unit) if unit else None
        if relative is None or pixel is None:
            continue
        clipped, destroyed = _clipped(levels[k]), _destroyed(levels[k], sds[k])
        points.append(CurvePoint(value, relative, shifts[k], pixel, clipped, destroyed))
    return Curve(axis.name, axis.unit, axis.neutral, axis.set_to, tuple(points))


def _estimates(
    levels: Sequence[Sequence[LevelRecord]],
    value: Callable[[LevelRecord], float | None],
    seed: int,
) -> tuple[Estimate | None, ...]:
    columns = [[_number(value(record)) for record in level] for level in levels]
    if not columns or not columns[0]:
        return (None,) * len(levels)
    return mean_estimates(np.array(columns, dtype=np.float64).T, seed=seed)


def _clipped(level: Sequence[LevelRecord]) -> float:
    shares = [record.pixels.clipped for record in level if record.pixels is not None]
    return float(np.mean(shares)) if shares else 0.0


def _destroyed(level: Sequence[LevelRecord], sds: Sequence[float]) -> float:
    marks = [
        is_destroyed(record.pixels.sd, record.pixels.constant, sd)
        for record, sd in zip(level, sds, strict=True)
        if record.pixels is not None and sd >= BLANK_SD
    ]
    return float(np.mean(marks)) if marks else 0.0


def is_destroyed(sd: float, constant: float, original_sd: float) -> bool:
    """Less than a tenth of the original's spread, or nearly all of it one value."""
    return sd < DESTROYED_SD * original_sd or constant >= DESTROYED_CONSTANT
