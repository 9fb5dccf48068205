"""Each operation of the policy: how often, how strong, how much of the whole, and its curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from augscore.auditing.anatomy.part import Axis, Part
from augscore.auditing.audit import Curve, CurvePoint, Estimate, OpResult, Scale
from augscore.auditing.columns import Columns, CurveColumns, Floats
from augscore.auditing.finding import Finding
from augscore.auditing.statistics.mean import mean_estimate, mean_estimates
from augscore.auditing.statistics.share import clustered_share_estimate


def op_results(
    parts: Sequence[Part],
    columns: Columns,
    scale: Scale,
    findings: Sequence[Finding],
    *,
    seed: int,
) -> tuple[OpResult, ...]:
    return tuple(
        _op(part, place, columns, scale, _codes(findings, part), seed)
        for place, part in enumerate(parts)
    )


def _codes(findings: Sequence[Finding], part: Part) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f.code for f in findings if f.part == part.path))


def _op(
    part: Part, place: int, columns: Columns, scale: Scale, codes: tuple[str, ...], seed: int
) -> OpResult:
    applied = columns.applied[:, :, place]
    alone = columns.alone.strength[:, :, place]
    return OpResult(
        path=part.path,
        op=part.op,
        view=part.view,
        line=part.line,
        declared=part.chance,
        applied=clustered_share_estimate(applied) if len(applied) else None,
        strength=relative(alone, scale, seed),
        effective=relative(effective_strengths(columns, place), scale, seed),
        contribution=_contribution(columns, place, seed),
        rms=mean_estimate(columns.alone.rms[:, :, place], seed=seed),
        curves=tuple(
            _curve(axis, curve, scale, seed)
            for axis, curve in zip(part.axes, columns.curves[place], strict=True)
        ),
        findings=codes,
    )


def effective_strengths(columns: Columns, place: int) -> Floats:
    """(N, K): what the operation does alone, 0 where it is not applied, for images that were
    probed."""
    alone = columns.alone.strength[:, :, place]
    idle = (columns.applied[:, :, place] == 0) & _probed(columns)[:, None]
    return np.where(idle, 0.0, alone)


def _contribution(columns: Columns, place: int, seed: int) -> Estimate | None:
    """The share of the mean strength of views that is gone without the operation."""
    own = np.isfinite(columns.applied[:, :, place]) & _probed(columns)[:, None]
    whole = np.where(own, columns.views.strength, np.nan)
    without = columns.without.strength[:, :, place]
    gone = np.where(columns.applied[:, :, place] == 0, 0.0, columns.views.strength - without)
    known = whole[np.isfinite(whole)]
    if not known.size or known.mean() <= 0:
        return None
    return scaled(mean_estimate(np.where(own, gone, np.nan), seed=seed), 1 / float(known.mean()))


def _probed(columns: Columns) -> npt.NDArray[np.bool_]:
    """(N,): whether operations of the image were measured alone. Images are probed by their ranks,
    and the views of one may happen to have no operation at all."""
    known = np.isfinite(columns.alone.strength).any(axis=(1, 2))
    last = columns.ranks[known].max(initial=-1)
    return np.asarray(columns.ranks <= last, dtype=np.bool_)


def relative(values: Floats, scale: Scale, seed: int) -> Estimate | None:
    """The mean over that of two unrelated images; None without either."""
    if not values.size or not scale.unrelated_strength:
        return None
    return scaled(mean_estimate(values, seed=seed), 1 / scale.unrelated_strength)


def scaled(estimate: Estimate | None, factor: float) -> Estimate | None:
    """The estimate of `factor`, 0 or more, times the quantity."""
    if estimate is None:
        return None
    low, high = (None if end is None else end * factor for end in (estimate.low, estimate.high))
    return replace(estimate, value=estimate.value * factor, low=low, high=high)


def _curve(axis: Axis, curve: CurveColumns, scale: Scale, seed: int) -> Curve:
    strengths = mean_estimates(curve.readings.strength, seed=seed)
    shifts = mean_estimates(curve.readings.shift, seed=seed)
    rms = mean_estimates(curve.readings.rms, seed=seed)
    unit = scale.unrelated_strength
    points = []
    for k, value in enumerate(axis.levels):
        strength, pixel = scaled(strengths[k], 1 / unit) if unit else None, rms[k]
        if strength is not None and pixel is not None:
            clipped, destroyed = _mean(curve.clipped[:, k]), _mean(curve.destroyed[:, k])
            points.append(CurvePoint(value, strength, shifts[k], pixel, clipped, destroyed))
    return Curve(axis.name, axis.unit, axis.neutral, axis.set_to, tuple(points))


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else 0.0
