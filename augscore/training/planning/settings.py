"""Settings by name: a leaf of a frozen tree of dataclasses, replaced by a value of its own type."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, get_args, get_origin

from augscore.errors import UsageError
from augscore.nearest import did_you_mean
from augscore.training.planning.request import Value

Tree = TypeVar("Tree")


def leaves(tree: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """(name, value) of every leaf, `optim.lr`; the fields of `constants` stand at the top."""
    for field in fields(typing.cast(Any, tree)):
        value = getattr(tree, field.name)
        if is_dataclass(value):
            inside = "" if field.name == "constants" else f"{field.name}."
            yield from leaves(value, prefix + inside)
        else:
            yield prefix + field.name, value


def settable(name: str) -> str:
    """`optim.scale_lr` → `optim.scale-lr`: as it is written after `--` or `--set`."""
    return name.replace("_", "-")


def with_settings(tree: Tree, settings: Mapping[str, Value], known: frozenset[str]) -> Tree:
    """Replace the leaves that are named. `known`: the names that may be set.

    Raises UsageError (`unknown_setting`) for a name that is none of them, with the nearest, and
    (`bad_setting`) for a value that the leaf does not take.
    """
    for name, value in settings.items():
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(f"unknown setting {name!r}", code="unknown_setting", hint=hint)
        tree = _with_leaf(tree, name, name, value)
    return tree


def _with_leaf(tree: Tree, name: str, whole: str, value: Value) -> Tree:
    first, dot, rest = name.partition(".")
    owned = {field.name for field in fields(typing.cast(Any, tree))}
    if dot:
        return _replaced(tree, first, _with_leaf(getattr(tree, first), rest, whole, value))
    if first not in owned and "constants" in owned:
        constants = typing.cast(Any, tree).constants
        return _replaced(tree, "constants", _with_leaf(constants, name, whole, value))
    wanted = typing.get_type_hints(type(tree))[first]
    return _replaced(tree, first, _converted(whole, value, wanted))


def _replaced(tree: Tree, name: str, value: object) -> Tree:
    return typing.cast(Tree, replace(typing.cast(Any, tree), **{name: value}))


def _converted(name: str, value: Value, wanted: Any) -> object:
    """The value as the leaf's type; a whole number serves as a float, one number as a tuple."""
    if get_origin(wanted) is Literal:
        if value in get_args(wanted):
            return value
        raise _bad(name, value, f"one of {', '.join(map(str, get_args(wanted)))}")
    if isinstance(wanted, types.UnionType):
        return None if value is None else _converted(name, value, get_args(wanted)[0])
    if get_origin(wanted) is tuple:
        many = value if isinstance(value, tuple) else (value,)
        return tuple(_converted(name, one, get_args(wanted)[0]) for one in many)
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool)):
        return value
    raise _bad(name, value, _KINDS.get(wanted, str(wanted)))


_KINDS = {float: "a number", int: "a whole number", bool: "true or false", str: "a word"}


def _bad(name: str, value: object, wanted: str) -> UsageError:
    return UsageError(f"{name}: wanted {wanted}, got {value!r}", code="bad_setting")
