"""Through which magnitudes an operation is turned: from its weakest to the policy's farthest."""

from __future__ import annotations

from augscore.auditing.anatomy.part import Axis
from augscore.engine.check import settings
from augscore.engine.level_tables import IDENTITY, level_map
from augscore.engine.nodes import LEVELS, Levelled, Node, RandAugment, Step, Value
from augscore.engine.ops.record import Knob, Op
from augscore.engine.ops.table import find_op
from augscore.engine.turned import argument_of, is_whole

LEVEL = "level"


def axes_of_step(step: Step, count: int) -> tuple[Axis, ...]:
    """One for each argument that the policy turns away from its weakest value, `count` levels."""
    op, values = find_op(step.op), dict(settings(step).values)
    found = (_axis(op, knob, values[knob.argument], count) for knob in op.knobs)
    return tuple(axis for axis in found if axis is not None)


def axis_of_level(count: int, set_to: float | None, farthest: float = LEVELS - 1) -> Axis:
    """RandAugment's level, 0 to 30, of a row of its table: up to the `farthest` that is drawn."""
    top = max(1.0, farthest)
    levels = {round(top * k / (count - 1)) for k in range(count)}
    if set_to is not None:
        levels.add(round(set_to))
    return Axis(LEVEL, "of 30", tuple(float(level) for level in sorted(levels)), None, set_to)


def turned_row(row: Levelled, level: float) -> Node:
    """A row of a level table alone, at one level of 0 to 30.

    AugMix begins to solarize above the largest value, where nothing is inverted.
    """
    value = row.start + (row.end - row.start) * level / (LEVELS - 1)
    if level_map(row) is None or (row.argument == "threshold" and value > 1):
        return RandAugment(1, 0, (Levelled(IDENTITY),))
    fixed = Levelled(row.op, row.argument, value, value, row.signed)
    return RandAugment(1, LEVELS - 1, (fixed,))


def _axis(op: Op, knob: Knob, value: Value, count: int) -> Axis | None:
    low, high = value if isinstance(value, tuple) and len(value) == 2 else (value, value)
    assert isinstance(low, int | float)
    assert isinstance(high, int | float)
    if low == high == knob.weakest:
        return None
    ends = (min(low, knob.weakest), max(high, knob.weakest))
    whole = is_whole(argument_of(op, knob.argument))
    levels = _levels(ends, knob.weakest, count, whole)
    neutral = knob.weakest if knob.is_neutral else None
    set_to = float(low) if low == high else None
    return Axis(knob.argument, knob.unit, levels, neutral, set_to, knob.weakest)


def _levels(
    ends: tuple[float, float], weakest: float, count: int, whole: bool
) -> tuple[float, ...]:
    """Evenly from the weakest outwards; ascending where that lies inside."""
    low, high = ends
    if low < weakest < high:
        half = count // 2
        below = [weakest + (low - weakest) * k / half for k in range(half, 0, -1)]
        levels = [
            *below,
            weakest,
            *(weakest + (high - weakest) * k / half for k in range(1, half + 1)),
        ]
    else:
        far = low if weakest == high else high
        levels = [weakest + (far - weakest) * k / (count - 1) for k in range(count)]
    if whole:
        levels = [float(round(level)) for level in levels]
    return tuple(dict.fromkeys(float(f"{level:.6g}") for level in levels))
