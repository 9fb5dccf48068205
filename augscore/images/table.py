"""Tables that people bring: CSV with a header, delimited by comma, semicolon or tab."""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from augscore.errors import InputError, UsageError
from augscore.images.find import nearest_sibling

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Table:
    """A file that was read through once and found sound: `rows` counts its rows, `code` is that of
    its errors."""

    path: Path
    delimiter: str
    columns: tuple[str, ...]
    code: str
    rows: int = 0


def open_table(path: Path, columns: tuple[str, ...], *, code: str) -> Table:
    """Check a CSV: UTF-8 with or without a mark, with at least `columns` in its header.

    Raises `UsageError` (`not_found`, `code`) for a missing file or column, `InputError` (`code`)
    for a table without rows or with a line that is not CSV.
    """
    if path.is_dir():
        raise UsageError(f"{str(path)!r} is a folder", code=code, hint="Name a CSV file")
    if not path.is_file():
        raise UsageError(f"cannot find {str(path)!r}", code="not_found", hint=nearest_sibling(path))
    table = _opened(path, columns, code)
    rows = sum(1 for _ in _cells(table))
    if rows == 0:
        raise InputError(f"{str(path)!r} has a header but no rows", code=code)
    return replace(table, rows=rows)


def table_rows(table: Table) -> Iterator[tuple[int, Mapping[str, str]]]:
    """(line, cells by column) after the header; what a short row lacks is empty."""
    for line, cells in _cells(table):
        missing = [""] * (len(table.columns) - len(cells))
        yield line, dict(zip(table.columns, [*cells, *missing], strict=False))


def _opened(path: Path, wanted: tuple[str, ...], code: str) -> Table:
    with _text(path) as file:
        first = file.readline()
    if "\0" in first:
        raise InputError(
            f"{str(path)!r} is not UTF-8 text (NUL in line 1)",
            code=code,
            hint="Save it as UTF-8 CSV",
        )
    for delimiter in _DELIMITERS:
        columns = _columns(first, delimiter)
        if all(column in columns for column in wanted):
            return Table(path, delimiter, columns, code)
    best = max((_columns(first, d) for d in _DELIMITERS), key=len)
    raise _missing_column(path, best, wanted, code)


def _text(path: Path) -> TextIO:
    return open(path, encoding="utf-8-sig", errors="surrogateescape", newline="")


def _columns(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        cells = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        cells = []
    return tuple(cell.strip() for cell in cells)


def _missing_column(
    path: Path, columns: tuple[str, ...], wanted: tuple[str, ...], code: str
) -> UsageError:
    missing = [column for column in wanted if column not in columns]
    lower = {column.lower(): column for column in columns}
    close = [
        f"{lower[near]!r} should be {column!r}"
        for column in missing
        for near in difflib.get_close_matches(column, lower, n=1, cutoff=0.6)
    ]
    return UsageError(
        f"{str(path)!r} has no column {' and no column '.join(map(repr, missing))}; "
        f"it has {', '.join(map(repr, columns)) or 'no header'}",
        code=code,
        hint="; ".join(close),
    )


def _cells(table: Table) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) after the header; blank lines are left out."""
    with _text(table.path) as file:
        reader = csv.reader(file, delimiter=table.delimiter)
        try:
            next(reader, None)
            for cells in reader:
                if any("\0" in cell for cell in cells):
                    raise _broken(table, reader.line_num, "NUL character")
                if any(cell.strip() for cell in cells):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise _broken(table, reader.line_num, str(error)) from error


def _broken(table: Table, line: int, why: str) -> InputError:
    return InputError(f"{str(table.path)!r}, line {line}: {why}", code=table.code)
