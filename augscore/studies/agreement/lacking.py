"""What is still to be read: a judge's picture or kind of change, and by whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from augscore.json_values import Json, mapping, text

Key = tuple[str, str]
"""Judge, and the picture, kind of change or sweep that a row is about."""


@dataclass(frozen=True)
class Lacking:
    """`wanted` contenders by name; `read`: who has read what. One that is asked for later reads
    everything once more, in rows of its own beside those that are there."""

    wanted: tuple[str, ...]
    read: Mapping[Key, frozenset[str]]

    def names(self, judge: str, reference: str) -> frozenset[str]:
        """Who has not read it yet."""
        return frozenset(self.wanted) - self.read.get((judge, reference), frozenset())

    def done(self, judge: str) -> frozenset[str]:
        """References that everyone has read."""
        return frozenset(r for name, r in self.read if name == judge and not self.names(name, r))

    def count_done(self, judges: Collection[str]) -> int:
        """Of these judges, in whose folder there may be rows of others, too."""
        return sum(key[0] in judges and not self.names(*key) for key in self.read)


def lacking(rows: Sequence[Json], wanted: Sequence[str]) -> Lacking:
    return Lacking(tuple(wanted), _read(rows))


def read_everywhere(rows: Sequence[Json]) -> frozenset[str]:
    """Contenders that have read all that anyone has."""
    everyone = list(_read(rows).values())
    return frozenset.intersection(*everyone) if everyone else frozenset()


def _read(rows: Sequence[Json]) -> dict[Key, frozenset[str]]:
    found: dict[Key, frozenset[str]] = {}
    for row in rows:
        key = text(row["judge"]), text(row["reference"])
        names = mapping(row["readings"] if "readings" in row else row["agreements"])
        found[key] = found.get(key, frozenset()) | frozenset(names)
    return found
