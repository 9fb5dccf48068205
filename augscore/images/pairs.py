"""Pairs of a reference and a distorted image: from a table, or two folders with the same names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from augscore.errors import UsageError
from augscore.images.find import find
from augscore.images.records import Candidate, Ignored, Skipped
from augscore.images.table import Table, open_table, table_rows

_COLUMNS = ("reference", "distorted")


@dataclass(frozen=True)
class Pair:
    """Two files to compare. `extras` are further columns of the table, in its order; `notes` are
    `outside_root` and `duplicate`."""

    reference: Candidate
    distorted: Candidate
    extras: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def open_pairs(path: Path) -> Table:
    """Check a table with the columns reference and distorted.

    Raises as `open_table`, with the code `pairs_format`.
    """
    return open_table(path, _COLUMNS, code="pairs_format")


def read_pairs(table: Table) -> Iterator[Pair | Skipped]:
    """The pairs in the order of the rows. Paths are relative to the table's folder.

    A row of which a file is missing comes out as `Skipped` (`missing_counterpart`). A repeated
    row is kept, with the note `duplicate`.
    """
    seen: set[tuple[str, str]] = set()
    folder = table.path.parent
    for line, row in table_rows(table):
        reference, distorted = (row[column] for column in _COLUMNS)
        pair = _pair(folder, reference, distorted, line)
        if isinstance(pair, Pair):
            extras = tuple((k, row[k]) for k in table.columns if k not in _COLUMNS)
            key = (pair.reference.name, pair.distorted.name)
            duplicate = ("duplicate",) if key in seen else ()
            seen.add(key)
            pair = Pair(pair.reference, pair.distorted, extras, pair.notes + duplicate)
        yield pair


def match(
    distorted: Path, originals: Path, *, hidden: bool = False, follow_links: bool = False
) -> Iterator[Pair | Skipped | Ignored]:
    """Pair the files of two folders by relative name, in the order of the distorted ones.

    Without a file of the same name, the one original that differs by its extension alone is
    taken. A file without counterpart, on either side, is `Skipped` (`missing_counterpart`).
    Raises `UsageError` (`not_found`, `not_a_folder`) at once.
    """
    for folder in (distorted, originals):
        if os.path.lexists(folder) and not folder.is_dir():
            raise UsageError(f"{str(folder)!r} is not a folder", code="not_a_folder")
    one = find([distorted], hidden=hidden, follow_links=follow_links)
    other = find([originals], hidden=hidden, follow_links=follow_links)
    return _match(one, other)


def _match(
    distorted: Iterator[Candidate | Skipped | Ignored],
    originals: Iterator[Candidate | Skipped | Ignored],
) -> Iterator[Pair | Skipped | Ignored]:
    by_name: dict[str, Candidate] = {}
    by_stem: dict[str, list[str]] = {}
    for original in originals:
        if isinstance(original, Candidate):
            by_name[original.name] = original
            by_stem.setdefault(_stem(original.name), []).append(original.name)
        elif isinstance(original, Skipped):
            yield original
    used: set[str] = set()
    for found in distorted:
        if not isinstance(found, Candidate):
            yield found
            continue
        name = _counterpart(found.name, by_name, by_stem)
        if name is None:
            yield Skipped(found.name, "missing_counterpart", "no original of this name")
        else:
            used.add(name)
            yield Pair(by_name[name], found)
    for name in by_name:
        if name not in used:
            yield Skipped(name, "missing_counterpart", "no distorted image of this name")


def _counterpart(
    name: str, by_name: dict[str, Candidate], by_stem: dict[str, list[str]]
) -> str | None:
    if name in by_name:
        return name
    same_stem = by_stem.get(_stem(name), [])
    return same_stem[0] if len(same_stem) == 1 else None


def _stem(name: str) -> str:
    return os.path.splitext(name)[0]


def _pair(folder: Path, reference: str, distorted: str, line: int) -> Pair | Skipped:
    named = {"reference": reference, "distorted": distorted}
    missing = [
        f"{role} {name!r} does not exist" if name else f"line {line} names no {role}"
        for role, name in named.items()
        if not name or not os.path.lexists(folder / name)
    ]
    if missing:
        name = distorted or reference or f"line {line}"
        return Skipped(name, "missing_counterpart", "; ".join(missing))
    first, second = _candidate(folder, reference), _candidate(folder, distorted)
    outside = not (_is_inside(folder, reference) and _is_inside(folder, distorted))
    return Pair(first, second, notes=("outside_root",) if outside else ())


def _candidate(folder: Path, written: str) -> Candidate:
    """Named by its path relative to the folder; by what is written if it lies outside."""
    name = _relative(folder, written) if _is_inside(folder, written) else written
    return Candidate(folder / written, name.replace(os.sep, "/"))


def _relative(folder: Path, written: str) -> str:
    return os.path.relpath(os.path.abspath(folder / written), os.path.abspath(folder))


def _is_inside(folder: Path, written: str) -> bool:
    return _relative(folder, written).split(os.sep)[0] != os.pardir
