"""Pairs of a reference and a distorted image: from a table, or two folders with the same names."""

from __future__ import annotations

import csv
import difflib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from augscore.errors import InputError, UsageError
from augscore.images.find import find, nearest_sibling
from augscore.images.records import Candidate, Ignored, Skipped

_COLUMNS = ("reference", "distorted")
_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Pair:
    """Two files to compare. `extras` are further columns of the table, in its order; `notes` are
    `outside_root` and `duplicate`."""

    reference: Candidate
    distorted: Candidate
    extras: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PairsFile:
    """A table that was read through once and found sound: `rows` counts its pairs."""

    path: Path
    delimiter: str
    columns: tuple[str, ...]
    rows: int


def open_pairs(path: Path) -> PairsFile:
    """Check a pairs CSV: UTF-8 with or without a mark, delimited by `,`, `;` or tab.

    Raises `UsageError` (`not_found`, `pairs_format`) for a missing file or column, `InputError`
    (`pairs_format`) for a table without rows or with a line that is not CSV.
    """
    if not path.is_file():
        raise UsageError(f"cannot find {str(path)!r}", code="not_found", hint=nearest_sibling(path))
    delimiter, columns = _header(path)
    rows = sum(1 for _ in _rows(path, delimiter))
    if rows == 0:
        raise InputError(f"{str(path)!r} has a header but no rows", code="pairs_format")
    return PairsFile(path, delimiter, columns, rows)


def read_pairs(table: PairsFile) -> Iterator[Pair | Skipped]:
    """The pairs in the order of the rows. Paths are relative to the table's folder.

    A row of which a file is missing comes out as `Skipped` (`missing_counterpart`). A repeated
    row is kept, with the note `duplicate`.
    """
    seen: set[tuple[str, str]] = set()
    folder = table.path.parent
    for line, cells in _rows(table.path, table.delimiter):
        row = dict(zip(table.columns, cells, strict=False))
        reference, distorted = (row.get(column, "") for column in _COLUMNS)
        pair = _pair(folder, reference, distorted, line)
        if isinstance(pair, Pair):
            extras = tuple((k, row.get(k, "")) for k in table.columns if k not in _COLUMNS)
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


def _text(path: Path) -> TextIO:
    return open(path, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _header(path: Path) -> tuple[str, tuple[str, ...]]:
    with _text(path) as file:
        first = file.readline()
    if "\0" in first:
        raise InputError(
            f"{str(path)!r} is not UTF-8 text (NUL in line 1)",
            code="pairs_format",
            hint="Save it as UTF-8 CSV",
        )
    for delimiter in _DELIMITERS:
        columns = _columns(first, delimiter)
        if all(column in columns for column in _COLUMNS):
            return delimiter, columns
    best = max((_columns(first, d) for d in _DELIMITERS), key=len)
    raise _missing_column(path, best)


def _columns(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    return tuple(cell.strip() for cell in cells)


def _missing_column(path: Path, columns: tuple[str, ...]) -> UsageError:
    missing = [column for column in _COLUMNS if column not in columns]
    lower = {column.lower(): column for column in columns}
    close = [
        f"{lower[near]!r} should be {column!r}"
        for column in missing
        for near in difflib.get_close_matches(column, lower, n=1, cutoff=0.6)
    ]
    return UsageError(
        f"{str(path)!r} has no column {' and no column '.join(map(repr, missing))}; "
        f"it has {', '.join(map(repr, columns)) or 'no header'}",
        code="pairs_format",
        hint="; ".join(close),
    )


def _rows(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) after the header; blank lines are left out."""
    with _text(path) as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            next(reader, None)
            for cells in reader:
                if any("\0" in cell for cell in cells):
                    raise _broken(path, reader.line_num, "NUL character")
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise _broken(path, reader.line_num, str(error)) from error


def _broken(path: Path, line: int, why: str) -> InputError:
    return InputError(f"{str(path)!r}, line {line}: {why}", code="pairs_format")


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
