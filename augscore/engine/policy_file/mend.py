"""A document with mistakes → one without them, with as many steps in the same places: what else is
wrong in it can then be told at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from augscore.engine.policy_file.problems import Path, Problem
from augscore.engine.policy_file.vocabulary import USE, VERSION

_STEP: dict[str, Any] = {"RandomInvert": None}
_VIEW: dict[str, Any] = {"transforms": []}
_NEEDED: dict[str, Any] = {"augscore_policy": VERSION, "name": "unnamed"}
_TOP: dict[str, Any] = {**_NEEDED, "size": 64, "views": [_VIEW]}
# Without these the others around them mean nothing.
_WHOLE_VIEW = ("transforms", "preset")


def mended(data: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, Any]:
    """Wrong arguments are left out, and what cannot be read at all is replaced."""
    copy = _Copy({**_NEEDED, **data})
    for problem in problems:
        _mend(copy, problem.path)
    return copy.data


def _mend(copy: _Copy, path: Path) -> None:
    if end := _end_of_step(path):
        _mend_step(copy, path, end)
    elif path[:1] == ("views",) and len(path) > 1:
        _mend_view(copy, path)
    elif path[:1] == ("define",) and len(path) > 1:
        copy.put(path[:2], [_STEP])
    elif path and path[0] in _TOP:
        copy.put(path[:1], _TOP[str(path[0])])
    elif path:
        copy.leave_out(path[:1])


def _mend_step(copy: _Copy, path: Path, end: int) -> None:
    argument = path[end + 1 : end + 2]
    if argument and argument != ("transforms",):
        copy.leave_out(path[: end + 2])
    elif _is_use(copy.at(path[:end])) and path[end - 2 : end - 1] == ("transforms",) and end > 4:
        # How many steps it stands for is not known, and so nothing of the container around it.
        copy.put(path[: end - 3], _STEP)
    else:
        copy.put(path[:end], _STEP)


def _mend_view(copy: _Copy, path: Path) -> None:
    if path[2:3] and path[2] not in _WHOLE_VIEW:
        copy.leave_out(path[:3])
    else:
        copy.put(path[:2], _VIEW)


def _is_use(step: object) -> bool:
    return isinstance(step, Mapping) and list(step) == [USE]


def _end_of_step(path: Path) -> int:
    """How much of the path leads to the innermost step on it; 0 where it meets none."""
    if path[:1] == ("views",) and path[2:3] == ("transforms",):
        end = 4
    elif path[:1] == ("define",):
        end = 3
    else:
        return 0
    while path[end + 1 : end + 2] == ("transforms",) and len(path) > end + 2:
        end += 3
    return end if len(path) >= end else 0


@dataclass
class _Copy:
    """Lists and mappings are copied when they are changed first, and once."""

    data: dict[str, Any]
    _own: dict[int, Any] = field(default_factory=dict)

    def at(self, path: Path) -> object:
        around = self._around(path)
        return None if around is None else around[path[-1]]

    def put(self, path: Path, value: object) -> None:
        around = self._around(path)
        if around is not None:
            around[path[-1]] = value

    def leave_out(self, path: Path) -> None:
        around = self._around(path)
        if isinstance(around, dict):
            del around[path[-1]]

    def _around(self, path: Path) -> Any:
        """What holds the last key of a path; None where that was replaced before."""
        self._own.setdefault(id(self.data), self.data)
        found: Any = self.data
        for key in path[:-1]:
            if not _holds(found, key):
                return None
            inner = found[key]
            if id(inner) not in self._own:
                inner = _shallow(inner)
                self._own[id(inner)] = inner
                found[key] = inner
            found = inner
        return found if _holds(found, path[-1]) else None


def _shallow(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, list | tuple) else value


def _holds(found: object, key: str | int) -> bool:
    if isinstance(found, dict):
        return key in found
    return isinstance(found, list) and isinstance(key, int) and key < len(found)
