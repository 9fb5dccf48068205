"""One operation."""

from __future__ import annotations

from augscore.engine.check import settings
from augscore.engine.column import Column
from augscore.engine.draw import StepDraw
from augscore.engine.drawing.context import Context, Gate
from augscore.engine.nodes import Step
from augscore.engine.ops.table import find_op


def draw_step(step: Step, context: Context, gate: Gate) -> StepDraw:
    """Gate and magnitudes of every image; what the operation leaves to its options stays there."""
    op = find_op(step.op)
    values = settings(step)
    dice = context.dice(step.op)
    applied = gate.open & (dice.uniforms("p")[:, 0] < step.p)
    columns = op.draw(dice, values, context.frame)
    magnitudes = tuple(
        (magnitude.name, Column(column))
        for magnitude, column in zip(op.magnitudes, columns, strict=True)
    )
    options = tuple((name, values.get(name)) for name in op.options)
    if op.resizes:
        context.resized()
    return StepDraw(step.op, Column(applied), magnitudes, options, gate.stage)
