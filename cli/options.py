"""What every command accepts, and how its options become one frozen settings object."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click
from click.core import ParameterSource

from . import config
from .colour import CHOICES
from .failures import add_verbosity
from .names import shown
from .streams import Streams, open_streams
from .words import own_words

Callback = Callable[..., None]
Kind = TypeVar("Kind", bound="Settings")

_ORIGINS = "augscore_cli.origins"
_NOT_SETTINGS = frozenset({"help", "version", "config", "set", "print_config"})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The options of every command; `given`: the parameters written on the command line."""

    json: str | None
    quiet: bool
    verbose: int
    color: str
    progress: str
    given: frozenset[str]

    @property
    def streams(self) -> Streams:
        return open_streams(self.color, self.progress, quiet=self.quiet)


if TYPE_CHECKING:
    _AutoIntBase = click.ParamType[int | None]
    _CountBase = click.ParamType[int]
else:
    _AutoIntBase = _CountBase = click.ParamType  # generic only from click 8.5 on


class AutoInt(_AutoIntBase):
    """A whole number from `least` up, or "auto" (None): the program chooses."""

    name = "integer"

    def __init__(self, least: int) -> None:
        self.least = least

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | None:
        if value == "auto":
            return None
        try:
            number = int(str(value))
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor 'auto'", param, ctx)
        if number < self.least:
            self.fail(f"{number} is less than {self.least}", param, ctx)
        return number


def shared_options(function: Callback) -> Callback:
    """`-c --set --json -q -v --color --progress --print-config`; `-h` comes with click."""
    decorators = (
        click.option(
            "-c",
            "--config",
            metavar="FILE",
            help="Settings file, or 'none'.  [default: augscore.toml here, if any]",
        ),
        click.option("--set", multiple=True, metavar="KEY=VALUE", help="One setting; repeatable."),
        click.option("--json", metavar="FILE", help="Also write the result as JSON; - is stdout."),
        click.option("-q", "--quiet", is_flag=True, help="No progress, no notes."),
        click.option("-v", "--verbose", count=True, help="More detail; the traceback of an error."),
        click.option(
            "--color",
            type=click.Choice(CHOICES),
            default="auto",
            show_default=True,
            help="Colours on the screen.",
        ),
        click.option(
            "--progress",
            type=click.Choice(["auto", "never"]),
            default="auto",
            show_default=True,
            help="Progress on stderr.",
        ),
        click.option(
            "--print-config", is_flag=True, help="Show every setting with its origin, and stop."
        ),
    )
    return decorated(function, decorators)


def run_options(function: Callback) -> Callback:
    """`--seed --device --workers`: what a command that computes takes besides."""
    seed = click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        metavar="N",
        help="Seed of every random number.",
    )
    return decorated(function, (seed, machine_options))


def policy_seed(function: Callback) -> Callback:
    """`--seed` of a command that draws a policy, whose file may have one."""
    option = click.option(
        "--seed",
        type=AutoInt(0),
        default="auto",
        show_default="the policy's, or 0",
        metavar="N",
        help="Seed of every random number.",
    )
    return option(function)


def machine_options(function: Callback) -> Callback:
    """`--device --workers`."""
    workers = click.option(
        "--workers",
        type=AutoInt(0),
        default="auto",
        show_default=True,
        metavar="N",
        help="Threads that decode images.",
    )
    return decorated(function, (device_option, workers))


def device_option(function: Callback) -> Callback:
    option = click.option(
        "--device",
        default="auto",
        show_default=True,
        metavar="NAME",
        help="auto, cpu, cuda, cuda:1 or mps.",
    )
    return option(function)


def with_settings(kind: type[Kind]) -> Callable[[Callable[[Kind], None]], Callback]:
    """Call the command with one `kind`, whose fields are named like the parameters."""

    def decorate(action: Callable[[Kind], None]) -> Callback:
        @wraps(action)
        @click.pass_context
        def callback(ctx: click.Context, /, **values: object) -> None:
            given = given_of(ctx, values)
            known = {f.name: values[f.name] for f in fields(kind) if f.name != "given"}
            action(kind(**known, given=given))  # type: ignore[arg-type]

        return callback

    return decorate


class Count(_CountBase):
    """A whole number from 1 up, also written as 100e6."""

    name = "integer"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        try:
            number = float(str(value))
        except ValueError:
            number = 0.0
        if not (1 <= number < float("inf") and number == int(number)):
            self.fail(f"{value!r} is no whole number from 1 up", param, ctx)
        return int(number)


class Configured(click.Command):
    """A command whose options may also come from a file, the environment and `--set`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        try:
            return self._parse(ctx, args)
        except click.NoSuchOption as error:
            raise _or_a_file(error, args) from None

    def _parse(self, ctx: click.Context, args: list[str]) -> list[str]:
        written, _, _ = self.make_parser(ctx).parse_args(list(args))
        help_option = self.get_help_option(ctx)
        if help_option is None or help_option.name not in written:
            self._take_defaults(ctx, written)
        rest = super().parse_args(ctx, args)
        add_verbosity(ctx, ctx.params["verbose"])
        return rest

    def invoke(self, ctx: click.Context) -> object:
        if ctx.params["print_config"]:
            click.echo(self._printed_config(ctx))
            return None
        return super().invoke(ctx)

    def _take_defaults(self, ctx: click.Context, written: Mapping[str, object]) -> None:
        by_key = self._by_key(ctx)
        scope = config.Scope(_scope_name(ctx), frozenset(by_key), lambda: _all_keys(ctx))
        file = config.file_settings(_config_name(written))
        environment = config.environment_settings(os.environ)
        sets = config.set_settings(_assignments(written))
        chosen = config.resolve(scope, file, environment, sets)
        by_param = {by_key[key]: setting for key, setting in chosen.items()}
        problems = [
            *config.unknown_keys(scope, file, anywhere=True),
            *config.unknown_keys(scope, sets, anywhere=False),
            *_bad_values(ctx, {p: s for p, s in by_param.items() if p.name not in written}),
        ]
        if problems:
            raise click.UsageError("\n".join(problems), ctx)
        for warning in config.unknown_variables(scope, environment):
            click.echo(warning, file=sys.stderr)
        ctx.default_map = {str(p.name): s.text for p, s in by_param.items()}
        ctx.meta[_ORIGINS] = {str(p.name): s.origin for p, s in by_param.items()}

    def _by_key(self, ctx: click.Context) -> dict[str, click.Parameter]:
        return {key: p for p in self.get_params(ctx) if (key := key_of(p)) is not None}

    def _printed_config(self, ctx: click.Context) -> str:
        """TOML that would give the same settings, with the origin of each behind it."""
        rows = [*_arguments(self, ctx), f"[{_scope_name(ctx)}]"]
        for key, param in self._by_key(ctx).items():
            value = _toml(ctx.params[str(param.name)], param)
            rows.append(
                f"{f'{key} = {value}' if value else f'# {key} is not set':<36}  # "
                f"{_origin(ctx, param)}"
            )
        return "\n".join(rows)


def _bad_values(
    ctx: click.Context, settings: Mapping[click.Parameter, config.Setting]
) -> list[str]:
    """A line for each value that its option does not take."""
    lines = []
    for param, setting in settings.items():
        try:
            param.type_cast_value(ctx, setting.text)
        except click.BadParameter as error:
            lines.append(f"{own_words(error)} (from {setting.origin})")
    return lines


def _arguments(command: click.Command, ctx: click.Context) -> list[str]:
    """A comment for each, since no file may set them."""
    rows = []
    for param in command.get_params(ctx):
        value = ctx.params.get(str(param.name))
        if isinstance(param, click.Argument) and value:
            words = value if isinstance(value, tuple) else (value,)
            text = shown(shlex.join(os.fspath(word) for word in words))
            rows.append(f"# {(param.metavar or str(param.name).upper()).strip('[].')}: {text}")
    return rows


def _or_a_file(error: click.NoSuchOption, args: Sequence[str]) -> click.UsageError:
    """Where the unknown option is the name of a file, how to write that."""
    files = [arg for arg in args if arg.startswith("-") and os.path.lexists(arg)]
    if not files:
        return error
    hint = f"For the file write {shown(f'./{files[0]}')!r}, or -- before it"
    return click.UsageError(f"{own_words(error)} {hint}", error.ctx)


def key_of(param: click.Parameter) -> str | None:
    """`--batch-size` → `batch_size`; None for what no file may set."""
    if not isinstance(param, click.Option):
        return None
    key = max(param.opts, key=len).lstrip("-").replace("-", "_")
    return None if key in _NOT_SETTINGS else key


def decorated(function: Callback, decorators: Iterable[Callable[[Callback], Callback]]) -> Callback:
    """Applied so that help lists the options in the order written."""
    for decorator in reversed(tuple(decorators)):
        function = decorator(function)
    return function


def given_of(ctx: click.Context, values: Iterable[str]) -> frozenset[str]:
    """The parameters written on the command line."""
    return frozenset(name for name in values if _is_given(ctx, name))


def _is_given(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _scope_name(ctx: click.Context) -> str:
    """`train.score`: the words after the program's name."""
    names = []
    current: click.Context | None = ctx
    while current is not None and current.parent is not None:
        names.append(str(current.info_name))
        current = current.parent
    return ".".join(reversed(names)) or str(ctx.info_name)


def _all_keys(ctx: click.Context) -> frozenset[str]:
    root = ctx.find_root()
    return frozenset(_keys_under(root.command, root, ""))


def _keys_under(command: click.Command, ctx: click.Context, scope: str) -> set[str]:
    if isinstance(command, click.Group):
        children = ((name, command.get_command(ctx, name)) for name in command.list_commands(ctx))
        found: set[str] = set()
        for name, child in children:
            if child is not None:
                found |= _keys_under(child, ctx, f"{scope}.{name}" if scope else name)
        return found
    keys = {key for p in command.params if (key := key_of(p)) is not None}
    return keys | {f"{scope}.{key}" for key in keys}


def _config_name(written: Mapping[str, object]) -> str | None:
    value = written.get("config")
    return value if isinstance(value, str) else None


def _assignments(written: Mapping[str, object]) -> list[str]:
    value = written.get("set")
    return [str(v) for v in value] if isinstance(value, list | tuple) else []


def _origin(ctx: click.Context, param: click.Parameter) -> str:
    name = str(param.name)
    if _is_given(ctx, name):
        return max(param.opts, key=len)
    origin: str = ctx.meta.get(_ORIGINS, {}).get(name, "default")
    return origin


def _toml(value: object, param: click.Parameter) -> str | None:
    if value is None:
        return '"auto"' if param.default == "auto" else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    import json

    text = os.fspath(value) if isinstance(value, Path) else str(value)
    return json.dumps(shown(text), ensure_ascii=False)
