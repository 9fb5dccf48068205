"""A policy in words, one line a node, as a report lists it."""

from __future__ import annotations

from collections.abc import Iterator

from augscore.engine.check import settings
from augscore.engine.level_tables import RAND_AUGMENT, TRIVIAL_AUGMENT_WIDE
from augscore.engine.nodes import (
    Foreign,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    Step,
    TrivialAugmentWide,
    Value,
    children,
)
from augscore.engine.policy import Policy

_INDENT = "  "


def tree_of(policy: Policy) -> tuple[str, ...]:
    """Every view with its nodes, indented by depth."""
    return tuple(_lines(policy))


def _lines(policy: Policy) -> Iterator[str]:
    for number, view in enumerate(policy.views, start=1):
        name = f" ({view.name})" if view.name else ""
        yield f"view {number}{name}, {view.size or policy.size} px"
        for node in view.steps:
            yield from _node(node, 1)


def _node(node: Node, depth: int) -> Iterator[str]:
    yield _INDENT * depth + _told(node)
    for inner in children(node):
        yield from _node(inner, depth + 1)


def _told(node: Node) -> str:
    match node:
        case Step():
            given = ", ".join(f"{name}={_value(value)}" for name, value in settings(node).values)
            return f"{node.op}({given}) p={node.p:g}"
        case Foreign():
            return f"{node.library}: {node.pipeline}"
        case RandomApply() | OneOf():
            return f"{node.kind} p={node.p:g}"
        case RandAugment():
            ops = len(node.ops or RAND_AUGMENT)
            return f"RandAugment({node.num_ops}, {node.magnitude}) of {ops} operations"
        case TrivialAugmentWide():
            return f"TrivialAugmentWide of {len(node.ops or TRIVIAL_AUGMENT_WIDE)} operations"
        case _:
            return node.kind


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
