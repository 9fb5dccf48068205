"""Gaps by what was drawn: how far the numbers of two views lie apart, without a look at a pixel.

What one would try without a score network. Of every step count whether it was applied, as 0 or 1,
and its magnitudes, in units that make them comparable: factors as log2, lengths as shares of the
image's side, what has a range as a share of that. The gap is the Euclidean distance of all these
numbers. A step that a view has not counts as not applied.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch

from augscore.engine.draw import Draw, Drawn, MixDraw, StepDraw
from augscore.engine.ops.record import Magnitude
from augscore.engine.ops.table import find_op
from augscore.errors import UsageError

_NO_AMOUNTS = frozenset(["key", "order", "permutation", "channel"])
"""Magnitudes whose numbers are names."""

_SMALLEST_FACTOR = 1 / 8


def parameter_gaps(draw: Draw, pairs: Sequence[tuple[int, int]]) -> torch.Tensor:
    """(P, N) float32 ≥ 0 on the CPU.

    UsageError (`weighting_policy`) for a policy of another library, whose numbers are not known.
    """
    sizes = torch.tensor(draw.sizes, dtype=torch.float64).reshape(-1, 2)
    views = [
        dict(_coordinates(view.steps, _Sides(sizes[:, 0], sizes[:, 1], view.size)))
        for view in draw.views
    ]
    return torch.stack([_distance(views[a], views[b], len(sizes)) for a, b in pairs])


@dataclass(frozen=True)
class _Coordinate:
    """(N,) float64 `values`; `idle` where the step was not applied: NaN, if there is no magnitude
    at which it does nothing, and then the pair is not compared in it."""

    values: torch.Tensor
    idle: float


@dataclass(frozen=True)
class _Sides:
    """Heights and widths of the originals, (N,), and the side of the view, px."""

    heights: torch.Tensor
    widths: torch.Tensor
    view: int


def _distance(
    a: Mapping[str, _Coordinate], b: Mapping[str, _Coordinate], count: int
) -> torch.Tensor:
    total = torch.zeros(count, dtype=torch.float64)
    for name in dict.fromkeys([*a, *b]):
        first, second = a.get(name), b.get(name)
        values = first.values if first is not None else _idle(second)
        others = second.values if second is not None else _idle(first)
        total += (values - others).square().nan_to_num(nan=0.0)
    return total.sqrt().to(torch.float32)


def _idle(other: _Coordinate | None) -> torch.Tensor:
    return torch.tensor(other.idle if other is not None else math.nan, dtype=torch.float64)


def _coordinates(
    drawn: Sequence[Drawn],
    sides: _Sides,
    prefix: str = "",
    within: torch.Tensor | bool = True,
) -> Iterator[tuple[str, _Coordinate]]:
    """Each under the name of its step: stage, op, and which of that name it is."""
    met: Counter[str] = Counter()
    for step in drawn:
        name = f"{prefix}{step.stage}/{step.op}"
        met[name] += 1
        place = f"{name} {met[name]}"
        if isinstance(step, StepDraw):
            yield from _of_step(step, place, sides, within)
        elif isinstance(step, MixDraw):
            yield from _of_mix(step, place, sides)
        else:
            raise numbers_unknown(step.op)


def numbers_unknown(library: str) -> UsageError:
    return UsageError(
        f"the numbers that {library} draws are not known",
        code="weighting_policy",
        hint="Weigh by parameters with a policy of augscore, or by score or pixel",
    )


def _of_step(
    step: StepDraw, place: str, sides: _Sides, within: torch.Tensor | bool
) -> Iterator[tuple[str, _Coordinate]]:
    applied = step.applied.numbers.to(torch.bool) & within
    yield place, _Coordinate(applied.to(torch.float64), 0.0)
    op = find_op(step.op)
    for name, column in step.magnitudes:
        if name in _NO_AMOUNTS:
            continue
        magnitude = op.magnitude(name)
        values = _scaled(magnitude, column.numbers.to(torch.float64), sides)
        idle = _scaled_neutral(magnitude)
        yield f"{place} {name}", _Coordinate(torch.where(applied, values, idle), idle)


def _of_mix(mix: MixDraw, place: str, sides: _Sides) -> Iterator[tuple[str, _Coordinate]]:
    applied = mix.applied.numbers.to(torch.bool)
    yield f"{place} share", _Coordinate(applied * mix.share.numbers.to(torch.float64), 0.0)
    for number, (branch, weight) in enumerate(zip(mix.branches, mix.weights, strict=True)):
        values = applied * weight.numbers.to(torch.float64)
        yield f"{place} {number} weight", _Coordinate(values, 0.0)
        yield from _coordinates(branch, sides, f"{place} {number} ", applied)


def _scaled(magnitude: Magnitude, values: torch.Tensor, sides: _Sides) -> torch.Tensor:
    if magnitude.neutral == 1:
        return values.clamp_min(_SMALLEST_FACTOR).log2()
    if "px" in magnitude.unit and "per px" not in magnitude.unit:
        return values / _side(magnitude, sides)
    if math.isfinite(magnitude.low) and math.isfinite(magnitude.high):
        return (values - magnitude.low) / (magnitude.high - magnitude.low)
    return values


def _scaled_neutral(magnitude: Magnitude) -> float:
    if magnitude.neutral is None:
        return math.nan
    one = torch.ones(1, dtype=torch.float64)
    neutral = magnitude.neutral * one
    return float(_scaled(magnitude, neutral, _Sides(one, one, 1)))


def _side(magnitude: Magnitude, sides: _Sides) -> torch.Tensor | int:
    if "original" not in magnitude.unit:
        return sides.view
    return sides.heights if magnitude.name in ("top", "height") else sides.widths
