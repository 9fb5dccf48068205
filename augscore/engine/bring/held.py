"""Objects that others hold: in their attributes, in lists, and in what their functions refer to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, MethodType, ModuleType
from typing import Any

_MOST = 10_000
_LEAVES = str | bytes | int | float | complex | bool | type | ModuleType | None


def held_by(roots: object, is_wanted: Callable[[object], bool]) -> Iterator[Any]:
    """Every wanted object that is reached from `roots`, nearest first; what wanted ones hold is not
    looked through, and nothing beyond ten thousand objects."""
    waiting: deque[object] = deque([roots])
    seen: dict[int, object] = {}
    while waiting and len(seen) < _MOST:
        one = waiting.popleft()
        if isinstance(one, _LEAVES) or id(one) in seen:
            continue
        seen[id(one)] = one
        if is_wanted(one):
            yield one
        else:
            waiting.extend(_held(one))


def _held(one: object) -> list[object]:
    if isinstance(one, Mapping):
        return [*one.values()]
    if isinstance(one, list | tuple | set | frozenset):
        return [*one]
    if isinstance(one, FunctionType):
        return _referred(one)
    if isinstance(one, MethodType):
        return [one.__self__, one.__func__]
    call = vars(type(one)).get("__call__")
    attributes = [*getattr(one, "__dict__", {}).values()]
    return [*attributes, call] if isinstance(call, FunctionType) else attributes


def _referred(function: FunctionType) -> list[object]:
    """Its closure, defaults, and the names of its module that it uses."""
    names = function.__code__.co_names
    used = [function.__globals__[name] for name in names if name in function.__globals__]
    return [*used, *map(_content, function.__closure__ or ()), *(function.__defaults__ or ())]


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None
