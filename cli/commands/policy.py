"""`augscore policy`: the policies that come with augscore."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from ..completing import policies
from ..figures import four, plural
from ..lines import Line, line, pack, table
from ..names import shown
from ..options import Configured, Settings, shared_options, with_settings
from ..results import print_result

if TYPE_CHECKING:
    from augscore.engine.policy import Policy, Step, Value


@dataclass(frozen=True, kw_only=True)
class ListSettings(Settings):
    """`policy list` has only what every command has."""


@dataclass(frozen=True, kw_only=True)
class ShowSettings(Settings):
    name: str


@click.group(short_help="The augmentation policies that come with augscore.")
def policy() -> None:
    """The augmentation policies that come with augscore."""


@policy.command("list", cls=Configured, short_help="Name them, with their source.")
@shared_options
@with_settings(ListSettings)
def list_policies(settings: ListSettings) -> None:
    """Name every policy, with its size, views and source."""
    from augscore.engine.presets import PRESETS

    streams = settings.streams
    width = streams.out.width
    lines = [row for p in PRESETS.values() for row in _entry(p, width)]
    print_result(settings, lines, {"policies": [asdict(p) for p in PRESETS.values()]})


@policy.command("show", cls=Configured, short_help="Show the steps of one.")
@click.argument("name", shell_complete=policies)
@shared_options
@with_settings(ShowSettings)
def show(settings: ShowSettings) -> None:
    """Show every step of the policy NAME: its ranges, and how often it is applied."""
    from augscore.engine.presets import preset

    chosen = preset(settings.name)
    print_result(settings, _steps(chosen, settings.streams.out.width), asdict(chosen))


def _entry(p: Policy, width: int) -> list[Line]:
    label = f"{p.name:<15}"
    facts = f"{p.size} px, {plural(len(p.views), 'view')}. {p.source}"
    return pack(label, facts.split(), width, gap=" ")


def _steps(p: Policy, width: int) -> list[Line]:
    groups: dict[tuple[Step, ...], list[int]] = {}
    for number, view in enumerate(p.views):
        groups.setdefault(view.steps, []).append(number)
    lines = _entry(p, width)
    for steps, numbers in groups.items():
        which = ", ".join(str(n) for n in numbers)
        lines.append(line(f"{'views' if len(numbers) > 1 else 'view'} {which}"))
        lines += _step_rows(steps, width)
    return lines


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
