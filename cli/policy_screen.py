"""A policy as lines: one for its facts, then its steps, view by view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .figures import four, plural
from .lines import Line, line, pack, table
from .names import shown

if TYPE_CHECKING:
    from augscore.engine.nodes import Step, Value
    from augscore.engine.policy import Policy, View


def policy_entry(policy: Policy, width: int) -> list[Line]:
    """Name, size, number of views and source."""
    label = f"{shown(policy.name):<15}"
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
        lines += _foreign_rows(view, width) or _step_rows(view.steps, width)
    for note in policy.notes:
        lines += pack("note: ", shown(note).split(), width, gap=" ")
    return lines


def _foreign_rows(view: View, width: int) -> list[Line]:
    """A pipeline of another library, which is all that its view has."""
    from augscore.engine.nodes import foreign_in

    rows: list[Line] = []
    for foreign in foreign_in(view.steps):
        rows += pack(
            f"  {shown(foreign.library)}   ", shown(foreign.pipeline).split(), width, gap=" "
        )
    return rows


def _title(view: View, numbers: list[int]) -> str:
    which = ", ".join(str(n) for n in numbers)
    title = f"{'views' if len(numbers) > 1 else 'view'} {which}"
    size = "" if view.size is None else f"   {view.size} px"
    return title + size + (f"   {shown(view.name)}" if view.name else "")


def _step_rows(steps: tuple[Step, ...], width: int) -> list[Line]:
    if not steps:
        return [line("  no step: the image as it is")]
    heads = table([[f"  {step.op}", f"p {four(step.p)}"] for step in steps])
    rows: list[Line] = []
    for head, step in zip(heads, steps, strict=True):
        arguments = [f"{name} {_value(value)}" for name, value in step.arguments]
        rows += pack(f"{head}   ", arguments, width, gap="  ")
    return rows


def _value(value: Value) -> str:
    if isinstance(value, tuple):
        return f"{four(value[0])}..{four(value[1])}"
    return four(value) if isinstance(value, int | float) else shown(value)
