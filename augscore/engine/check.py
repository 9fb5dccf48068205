"""A policy against the table of operations: names, argument names and values."""

from __future__ import annotations

from dataclasses import replace

from augscore.engine.nearest import did_you_mean
from augscore.engine.ops.arguments import Settings
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, Step, View
from augscore.errors import UsageError


def check_policy(policy: Policy) -> None:
    """Raise a UsageError for the first step that cannot be drawn.

    Codes: `policy_unknown_op`, `policy_unknown_arg`, `policy_value`; the hint names what is near.
    """
    for view in policy.views:
        for step in view.steps:
            settings(step)


def settings(step: Step) -> Settings:
    """The arguments of a step as the operation reads them, defaults filled in; errors as above."""
    op = find_op(step.op)
    given = dict(step.arguments)
    _refuse_unknown(op, set(given))
    return Settings(
        tuple((a.name, a.read(op.name, given.get(a.name, a.default))) for a in op.arguments)
    )


def canonical(policy: Policy) -> Policy:
    """The same policy with every argument written out, as a pair where it is a range."""
    return replace(policy, views=tuple(canonical_view(view) for view in policy.views))


def canonical_view(view: View) -> View:
    """The same for one view."""
    steps = tuple(replace(step, arguments=settings(step).values) for step in view.steps)
    return replace(view, steps=steps)


def _refuse_unknown(op: Op, given: set[str]) -> None:
    known = {argument.name for argument in op.arguments}
    for name in sorted(given - known):
        raise UsageError(
            f"{op.name} has no argument {name!r}",
            code="policy_unknown_arg",
            hint=did_you_mean(name, known),
        )
