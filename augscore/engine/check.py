"""A policy against the table of operations: names, argument names and values."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from augscore.engine.level_tables import level_map
from augscore.engine.nearest import did_you_mean
from augscore.engine.nodes import (
    Foreign,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
    children,
    foreign_in,
    require,
    steps_in,
)
from augscore.engine.ops.arguments import Settings
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError


def check_policy(policy: Policy) -> None:
    """Raise a UsageError for the first step that cannot be drawn.

    Codes: `policy_unknown_op`, `policy_unknown_arg`, `policy_value`; the hint names what is near.
    """
    for view in policy.views:
        for node in view.steps:
            check_node(node)


def check_node(node: Node) -> None:
    """The same for one node and all inside it."""
    if isinstance(node, Step):
        settings(node)
    if isinstance(node, RandAugment | TrivialAugmentWide):
        for row in node.ops:
            level_map(row)
    if isinstance(node, OneOf | RandomOrder):
        resizing = [s.op for s in steps_in(children(node)) if find_op(s.op).resizes]
        resizing += [f.library for f in foreign_in(children(node)) if f.resizes]
        require(
            not resizing,
            f"{', '.join(resizing)} inside {node.kind}",
            "An image is brought to its size outside of it",
        )
    for inner in children(node):
        check_node(inner)


def check_writable(policy: Policy) -> None:
    """Raise UsageError (`policy_foreign`) for what no policy file can hold."""
    for view in policy.views:
        for foreign in foreign_in(view.steps):
            raise UsageError(
                f"{policy.name!r} is a pipeline of {foreign.library} that runs as it is, and no "
                "policy file can hold it",
                code="policy_foreign",
                hint="Policy.of(pipeline, lossy=True) converts more of them",
            )


def settings(step: Step) -> Settings:
    """The arguments of a step as the operation reads them, defaults filled in; errors as above."""
    try:
        # Equal numbers of other types are other arguments: 1, 1.0 and True.
        return _read_once(step, repr(step.arguments))
    except TypeError:  # not hashable: no valid value is
        return _read(step)


@lru_cache(maxsize=1024)
def _read_once(step: Step, written: str) -> Settings:
    return _read(step)


def _read(step: Step) -> Settings:
    op = find_op(step.op)
    given = dict(step.arguments)
    _refuse_unknown(op, set(given))
    return Settings(
        tuple((a.name, a.read(op.name, given.get(a.name, a.default))) for a in op.arguments)
    )


def canonical(policy: Policy) -> Policy:
    """The same policy as data alone, with every argument written out, as a pair where it is a
    range."""
    return replace(policy, views=tuple(canonical_view(view) for view in policy.views))


def canonical_view(view: View) -> View:
    """The same for one view."""
    return replace(view, steps=tuple(canonical_node(node) for node in view.steps))


def canonical_node(node: Node) -> Node:
    """The same for one node and all inside it."""
    match node:
        case Step():
            return replace(node, arguments=settings(node).values)
        case Foreign():
            return replace(node, run=None)
        case OneOf():
            return replace(node, choices=tuple(canonical_node(inner) for inner in node.choices))
        case RandomApply() | RandomOrder():
            return replace(node, steps=tuple(canonical_node(inner) for inner in node.steps))
        case _:
            return node


def _refuse_unknown(op: Op, given: set[str]) -> None:
    known = {argument.name for argument in op.arguments}
    for name in sorted(given - known):
        raise UsageError(
            f"{op.name} has no argument {name!r}",
            code="policy_unknown_arg",
            hint=did_you_mean(name, known),
        )
