"""A policy as lines: one for its facts, then its steps as an indented tree, view by view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Foreign,
    Levelled,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
    children,
)

from .figures import four, plural
from .lines import Line, line, pack, table
from .names import shown

if TYPE_CHECKING:
    from augscore.engine.nodes import Value
    from augscore.engine.policy import Policy, View


def policy_entry(policy: Policy, width: int) -> list[Line]:
    """Name, size, number of views and source."""
    label = f"{shown(policy.name):<19} "
    facts = f"{policy.size} px, {plural(len(policy.views), 'view')}. {shown(policy.source)}"
    return pack(label, facts.split(), width, gap=" ")


def policy_lines(policy: Policy, width: int) -> list[Line]:
    """The entry, and every step with its gate and ranges; equal views are told once."""
    groups: dict[View, list[int]] = {}
    for number, view in enumerate(policy.views):
        groups.setdefault(view, []).append(number)
    lines = policy_entry(policy, width)
    if policy.normalize is not None:
        lines.append(line("normalised in training alone; see --format yaml"))
    for view, numbers in groups.items():
        lines.append(line(_title(view, numbers)))
        lines += _step_rows(view.steps, width)
    for note in policy.notes:
        lines += pack("note: ", shown(note).split(), width, gap=" ")
    return lines


def step_count(policy: Policy) -> int:
    """Steps of all views, inside containers too; what chooses from a table is one step."""
    return sum(_leaves(node) for view in policy.views for node in view.steps)


def _leaves(node: Node) -> int:
    return sum(map(_leaves, children(node))) if children(node) else 1


def _title(view: View, numbers: list[int]) -> str:
    which = ", ".join(str(n) for n in numbers)
    title = f"{'views' if len(numbers) > 1 else 'view'} {which}"
    size = "" if view.size is None else f"   {view.size} px"
    return title + size + (f"   {shown(view.name)}" if view.name else "")


@dataclass(frozen=True)
class _Row:
    depth: int
    name: str
    p: float | None
    arguments: tuple[str, ...] = ()


def _step_rows(steps: tuple[Node, ...], width: int) -> list[Line]:
    if not steps:
        return [line("  no step: the image as it is")]
    rows = [row for node in steps for row in _rows(node, 1)]
    names = [f"{'  ' * row.depth}{row.name}" for row in rows]
    gates = ["" if row.p is None else f"p {four(row.p)}" for row in rows]
    heads = table([[name, gate] for name, gate in zip(names, gates, strict=True)])
    widest = max(map(len, heads))
    lines: list[Line] = []
    for head, row in zip(heads, rows, strict=True):
        lines += pack(f"{head:<{widest}}   ", row.arguments, width, gap="  ")
    return lines


def _rows(node: Node, depth: int) -> Iterator[_Row]:
    """A node, and indented below it what it holds or chooses from."""
    yield _row(node, depth)
    for inner in children(node):
        yield from _rows(inner, depth + 1)
    if isinstance(node, RandAugment | TrivialAugmentWide):
        for row in node.ops:
            yield _Row(depth + 1, row.op, None, _reach(row))


def _row(node: Node, depth: int) -> _Row:
    match node:
        case Step():
            arguments = tuple(f"{name} {_value(value)}" for name, value in node.arguments)
            return _Row(depth, node.op, node.p, arguments)
        case RandomApply():
            return _Row(depth, node.kind, node.p)
        case OneOf():
            weights = f"weights {', '.join(map(four, node.weights))}" if node.weights else ""
            return _Row(depth, node.kind, node.p, (weights or "equal weights",))
        case RandomOrder():
            return _Row(depth, node.kind, None)
        case RandAugment():
            facts = (f"num_ops {node.num_ops}", f"magnitude {node.magnitude}")
            return _Row(depth, node.kind, None, (*facts, *_table(node.ops)))
        case TrivialAugmentWide():
            return _Row(depth, node.kind, None, _table(node.ops))
        case AutoAugment():
            return _Row(depth, node.kind, None, (f"policy {node.policy}",))
        case AugMix():
            return _Row(depth, node.kind, None, _mix(node))
        case Foreign():
            return _Row(depth, shown(node.library), None, tuple(shown(node.pipeline).split()))


def _table(ops: tuple[Levelled, ...]) -> tuple[str, ...]:
    return () if ops else ("ops torchvision's 14",)


def _reach(row: Levelled) -> tuple[str, ...]:
    if not row.argument:
        return ()
    either = " either way" if row.signed else ""
    return (f"{row.argument} {four(row.start)}..{four(row.end)}{either}",)


def _mix(node: AugMix) -> tuple[str, ...]:
    return (
        f"severity {four(node.severity)}",
        f"mixture_width {node.mixture_width}",
        f"chain_depth {node.chain_depth}",
        f"alpha {four(node.alpha)}",
        f"all_ops {'true' if node.all_ops else 'false'}",
    )


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"{four(value[0])}..{four(value[1])}"
    return four(value) if isinstance(value, int | float) else shown(value)
