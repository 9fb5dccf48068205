"""One step of a policy with one of its knobs set: an operation at one magnitude."""

from __future__ import annotations

from augscore.engine.check import settings
from augscore.engine.nodes import Step, Value
from augscore.engine.ops.arguments import Argument, Range, Whole
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op


def turned_step(step: Step, argument: str, value: float) -> Step:
    """The step with one argument fixed, its other knobs at their weakest, applied to all."""
    op = find_op(step.op)
    given = dict(settings(step).values)
    for knob in op.knobs:
        number = value if knob.argument == argument else knob.weakest
        given[knob.argument] = _fixed(argument_of(op, knob.argument), number)
    return Step(step.op, tuple(given.items()), p=1.0)


def argument_of(op: Op, name: str) -> Argument:
    return next(argument for argument in op.arguments if argument.name == name)


def is_whole(argument: Argument) -> bool:
    """Whether it takes whole numbers only."""
    return isinstance(argument, Whole) or (isinstance(argument, Range) and argument.whole)


def _fixed(argument: Argument, value: float) -> Value:
    number = float(round(value)) if is_whole(argument) else value
    if isinstance(argument, Range):
        return (number, number)
    return round(number) if isinstance(argument, Whole) else number
