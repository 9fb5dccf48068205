"""A policy against the table of operations: names, argument names and values."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from augscore.engine.level_tables import (
    AUG_MIX,
    AUG_MIX_COLOUR,
    AUTO_AUGMENT,
    RAND_AUGMENT,
    TRIVIAL_AUGMENT_WIDE,
    canonical_row,
    check_rows,
)
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Foreign,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
    children,
    folded,
    foreign_in,
    require,
    steps_in,
)
from augscore.engine.ops.arguments import Settings
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.nearest import did_you_mean

# As deep as a policy file can be read.
MOST_DRAWN, DEEPEST = 5000, 7


def check_policy(policy: Policy) -> None:
    """Raise a UsageError for the first step that cannot be drawn.

    Codes: `policy_unknown_op`, `policy_unknown_arg`, `policy_value`, `policy_too_large`; the hint
    names what is near.
    """
    for view in policy.views:
        check_view(view)
        for node in view.steps:
            check_node(node)


def check_view(view: View) -> None:
    """UsageError (`policy_too_large`) for more than can be drawn (all orders, ops and chains count)
    and for containers in containers without end."""
    if any(_depth(node) > DEEPEST for node in view.steps):
        message = f"containers are nested more than {DEEPEST} deep"
        raise UsageError(message, code="policy_too_large", hint="Multiply their p")
    if sum(map(_drawn, view.steps)) > MOST_DRAWN:
        raise UsageError(
            f"a view has at most {MOST_DRAWN:,} steps that can be drawn",
            code="policy_too_large",
            hint="A RandomOrder of n steps has n * n; RandAugment one for each op and turn",
        )


def _depth(node: Node) -> int:
    """How many containers there are around its innermost step."""
    inside = max((_depth(inner) for inner in children(node)), default=0)
    return inside if isinstance(node, Step | Foreign) else 1 + inside


def _drawn(node: Node) -> int:
    """Of how many steps the draw of a node consists."""
    inside = sum(map(_drawn, children(node)))
    match node:
        case RandomOrder():
            return len(node.steps) * inside
        case RandomApply() | OneOf():
            return inside
        case RandAugment():
            return node.num_ops * len(node.ops or RAND_AUGMENT)
        case TrivialAugmentWide():
            return len(node.ops or TRIVIAL_AUGMENT_WIDE)
        case AutoAugment():
            return 2 * len(AUTO_AUGMENT)
        case AugMix():
            rows = len(AUG_MIX) + (len(AUG_MIX_COLOUR) if node.all_ops else 0)
            return node.mixture_width * node.deepest * rows
        case Step() | Foreign():
            return 1


def check_node(node: Node) -> None:
    """The same for one node and all inside it."""
    if isinstance(node, Step):
        settings(node)
    if isinstance(node, RandAugment | TrivialAugmentWide):
        check_rows(node.ops)
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
    range.

    The tables and weights that a container leaves open are written out, too; one step alone in a
    RandomApply is that step, with both chances in its `p`.
    """
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
            choices = tuple(canonical_node(inner) for inner in node.choices)
            weights = tuple(map(float, node.weights)) or (1.0,) * len(choices)
            return replace(node, choices=choices, weights=weights)
        case RandomApply():
            steps = tuple(canonical_node(inner) for inner in node.steps)
            return folded(replace(node, steps=steps))
        case RandomOrder():
            return replace(node, steps=tuple(canonical_node(inner) for inner in node.steps))
        case RandAugment():
            return replace(node, ops=tuple(map(canonical_row, node.ops)) or RAND_AUGMENT)
        case TrivialAugmentWide():
            return replace(node, ops=tuple(map(canonical_row, node.ops)) or TRIVIAL_AUGMENT_WIDE)
        case AugMix():
            return replace(node, severity=float(node.severity), alpha=float(node.alpha))
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
