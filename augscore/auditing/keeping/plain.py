"""Frozen dataclasses from the plain data of `dataclasses.asdict`, as JSON gives it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def from_plain(kind: type[T], data: object) -> T:
    """`data` as a `kind`: unknown keys are left out, missing ones take their defaults.

    Raises TypeError (or KeyError for what is missing and has no default) for anything else.
    """
    result: T = _read(kind, data)
    return result


def _read(kind: Any, data: object) -> Any:
    if is_dataclass(kind):
        return _dataclass(kind, data)
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(inner, data)
    if origin is Literal:
        return _known(data, data in inner, kind)
    if origin in (tuple, frozenset):
        items = _known(data, isinstance(data, list | tuple), kind)
        return origin(_read(inner[0], item) for item in items)
    if origin is not None and issubclass(origin, Mapping):
        items = _known(data, isinstance(data, dict), kind)
        return {key: _read(inner[1], value) for key, value in items.items()}
    if kind is object:
        return data
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    return _known(data, type(data) is kind, kind)


def _dataclass(kind: Any, data: object) -> Any:
    if not isinstance(data, dict):
        raise TypeError(f"{data!r} is no {kind.__name__}")
    hints = _hints(kind)
    given = {f.name: _read(hints[f.name], data[f.name]) for f in fields(kind) if f.name in data}
    return kind(**given)


@lru_cache(maxsize=64)
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _one_of(kinds: Sequence[Any], data: object) -> Any:
    if data is None:
        return _known(data, NoneType in kinds, kinds)
    for kind in kinds:
        if kind is NoneType:
            continue
        try:
            return _read(kind, data)
        except TypeError:
            continue
    raise TypeError(f"{data!r} is none of {kinds}")


def _known(data: Any, fits: bool, kind: object) -> Any:
    if not fits:
        raise TypeError(f"{data!r} is no {kind}")
    return data
