"""Commands that take settings by name besides their options: each of them an option, too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeVar

import click

from .options import Configured, Settings, given_of
from .pair_keys import Key

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class NamedSettings(Settings):
    """`more`: the settings by name that were given."""

    more: Mapping[str, bool | int | float | str | tuple[float, ...]]


Named = TypeVar("Named", bound=NamedSettings)


class PairCommand(Configured):
    """Its help lists the settings by name apart from the options that everybody needs."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        plain: list[tuple[str, str]] = []
        named: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                is_named = (param.name or "").startswith("set_")
                (named if is_named else plain).append(record)
        with formatter.section("Options"):
            formatter.write_dl(plain)
        with formatter.section("Settings, also by --set KEY=VALUE; their defaults: the recipe's"):
            formatter.write_dl(named)


def named_command(
    name: str, callback: Callback, keys: Sequence[Key], *, help: str, short_help: str
) -> click.Command:
    """A command of a decorated callback; its settings by name come behind its other options."""
    command = PairCommand(name, callback=callback, help=help, short_help=short_help)
    params = getattr(callback, "__click_params__", [])
    command.params = [*reversed(params), *(key.option() for key in keys)]
    return command


def with_named_settings(
    kind: type[Named], keys: Sequence[Key]
) -> Callable[[Callable[[Named], None]], Callback]:
    """As `with_settings`, with the settings by name that were given."""

    def decorate(action: Callable[[Named], None]) -> Callback:
        @click.pass_context
        def callback(ctx: click.Context, /, **values: object) -> None:
            names = {key.parameter: key.name for key in keys}
            more = {names[p]: v for p, v in values.items() if p in names and v is not None}
            known = {f.name: values[f.name] for f in fields(kind) if f.name in values}
            settings = {**known, "more": more, "given": given_of(ctx, values)}
            action(kind(**settings))  # type: ignore[arg-type]

        return callback

    return decorate
