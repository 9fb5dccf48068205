"""Where a setting may come from: a TOML file, the environment, `--set`; later ones win, flags last.

A key is an option's long name with `_` for `-`: `views` for every command that has the option,
`measure.views` or `train.score.steps` for one. The value is kept as the text that one would write
after the option, so that one converter (the option's own) serves all origins.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from .names import shown, shown_path
from .nearest import did_you_mean, nearest

PREFIX = "AUGSCORE_"
DEFAULT_FILE = Path("augscore.toml")
NO_FILE = "none"


@dataclass(frozen=True)
class Setting:
    """A key as written, its value as option text, and where it was written."""

    key: str
    text: str
    origin: str


@dataclass(frozen=True)
class Scope:
    """A command as a reader of settings.

    name    "measure", "train.score"
    keys    the keys of its own options
    all     the keys of every command, with and without scope; asked for only when a key is not ours
    """

    name: str
    keys: frozenset[str]
    all: Callable[[], frozenset[str]]

    def own(self, key: str) -> str | None:
        """The option that a key sets here, or None."""
        local = key.removeprefix(f"{self.name}.")
        return local if local in self.keys else None


def resolve(
    scope: Scope, file: Iterable[Setting], environment: Iterable[Setting], sets: Iterable[Setting]
) -> dict[str, Setting]:
    """The winning setting of each option that is set outside the flags."""
    chosen: dict[str, Setting] = {}
    for layer in (file, environment, sets):
        chosen |= _layer(scope, layer)
    return chosen


def file_settings(name: str | None) -> list[Setting]:
    """`name`: a path, "none", or None for augscore.toml in the working folder, if it is there."""
    if name == NO_FILE or (name is None and not DEFAULT_FILE.is_file()):
        return []
    path = DEFAULT_FILE if name is None else Path(name)
    text = _read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise click.UsageError(f"{shown_path(path)} is no TOML: {error}") from None
    found = _flatten(document, "")
    return [Setting(k, _text(v, k), f"{shown_path(path)}{_line(text, k)}") for k, v in found]


def environment_settings(environment: Mapping[str, str]) -> list[Setting]:
    """AUGSCORE_TRAIN__SCORE__STEPS=100 is train.score.steps; an empty value is none."""
    return [
        Setting(name.removeprefix(PREFIX).lower().replace("__", "."), value, name)
        for name, value in sorted(environment.items())
        if name.startswith(PREFIX) and value
    ]


def set_settings(assignments: Iterable[str]) -> list[Setting]:
    """KEY=VALUE with a TOML value; a bare word is taken as text."""
    return [_assignment(text) for text in assignments]


def unknown_keys(scope: Scope, settings: Iterable[Setting], *, anywhere: bool) -> list[str]:
    """A line for each; `anywhere`: a key that only another command has is no mistake."""
    unknown = [s for s in settings if scope.own(s.key) is None]
    if not unknown:
        return []
    known = scope.all() if anywhere else _own_keys(scope)
    return [
        f"{s.origin}: unknown key '{shown(s.key)}'.{did_you_mean(s.key, known)}"
        for s in unknown
        if s.key not in known
    ]


def unknown_variables(scope: Scope, settings: Iterable[Setting]) -> list[str]:
    """A warning for each AUGSCORE_* variable that no command knows."""
    unknown = [s for s in settings if scope.own(s.key) is None]
    if not unknown:
        return []
    known = scope.all()
    return [
        f"warning: {shown(s.origin)} is no setting.{_like_variable(s.key, known)}"
        for s in unknown
        if s.key not in known
    ]


def _layer(scope: Scope, settings: Iterable[Setting]) -> dict[str, Setting]:
    """Of one origin: a key with the command's name beats the bare one, wherever it stands."""
    chosen: dict[str, Setting] = {}
    for wanted_scoped in (False, True):
        for setting in settings:
            own = scope.own(setting.key)
            if own is not None and (own != setting.key) == wanted_scoped:
                chosen[own] = setting
    return chosen


def _own_keys(scope: Scope) -> frozenset[str]:
    return scope.keys | {f"{scope.name}.{key}" for key in scope.keys}


def _like_variable(key: str, known: Iterable[str]) -> str:
    close = [PREFIX + k.replace(".", "__").upper() for k in nearest(key, known)]
    return f" Did you mean {' or '.join(close)}?" if close else ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{shown_path(path)} is not UTF-8 text") from None
    except OSError as error:
        near = did_you_mean(path.name, _siblings(path))
        raise click.UsageError(
            f"cannot read --config {shown_path(path)}: {error.strerror}.{near}"
        ) from None


def _siblings(path: Path) -> list[str]:
    try:
        return os.listdir(path.parent)
    except OSError:
        return []


def _flatten(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        key = prefix + name.replace("-", "_")
        if isinstance(value, dict):
            yield from _flatten(value, f"{key}.")
        else:
            yield key, value


def _line(text: str, key: str) -> str:
    """`:7` where the key's last part is first assigned; tomllib keeps no lines."""
    name = key.rpartition(".")[2].replace("_", "[-_]")
    for number, row in enumerate(text.splitlines(), 1):
        if re.match(rf"""\s*(?:[\w.-]+\.)?["']?{name}["']?\s*=""", row):
            return f":{number}"
    return ""


def _assignment(text: str) -> Setting:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise click.UsageError(f"--set {shown(text)}: expected KEY=VALUE")
    name = key.strip().replace("-", "_")
    return Setting(name, _text(_toml_value(value), name), f"--set {shown(key.strip())}")


def _toml_value(text: str) -> object:
    try:
        document = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text.strip()
    return document["value"] if set(document) == {"value"} else text.strip()


def _text(value: object, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise click.UsageError(f"'{shown(key)}' takes one value, not {value!r}")
