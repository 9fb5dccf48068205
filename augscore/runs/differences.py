"""Settings of a run and those that are asked for: what differs, by the names that set it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_SHOWN = 60
_MOST_LISTED = 6
_LENGTH = frozenset({"epochs", "steps"})
_NAMELESS = ("constants.", "settings.")
"""Groups whose members are set without the group's name."""


@dataclass(frozen=True)
class Change:
    """`name` as after `--` or `--set`: `batch-size`, `optim.warmup-epochs`."""

    name: str
    old: object
    new: object

    def __str__(self) -> str:
        return f"{self.name}: {_shown(self.old)} → {_shown(self.new)}"


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[Change]:
    """`steps: 10 → 20` for each setting of `new` that was another, `optim.lr: 0.1 → 0.2` for one
    within another."""
    return [change for key, value in new.items() for change in _within(key, old.get(key), value)]


def listed(changes: Sequence[Change]) -> str:
    more = len(changes) - _MOST_LISTED
    told = [str(change) for change in changes[:_MOST_LISTED]]
    return "; ".join([*told, *([f"and {more} more"] if more > 0 else [])])


def only_length(changes: Sequence[Change]) -> bool:
    """Whether the same run was asked for, but longer or shorter."""
    return bool(changes) and _LENGTH.issuperset(change.name for change in changes)


def _within(key: str, old: object, new: object) -> Iterator[Change]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in {**old, **new}:
            yield from _within(f"{key}.{name}", old.get(name), new.get(name))
    elif old != new:
        yield Change(_settable(key), old, new)


def _settable(key: str) -> str:
    for group in _NAMELESS:
        key = key.removeprefix(group)
    return key.replace("_", "-")


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
