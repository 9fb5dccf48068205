"""The tables of opinions in the folder: rows of a CSV file, and a sentence where they are not as
they should be."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from augscore.errors import InputError


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """Raises InputError `bad_table` for a file without rows, or without one of the columns."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _bad(path, str(error)) from error
    missing = [name for name in columns if not rows or name not in rows[0]]
    if missing:
        raise _bad(path, f"no rows with {', '.join(missing)}")
    return rows


def number(row: dict[str, str], column: str, path: Path) -> float:
    try:
        return float(row[column])
    except (TypeError, ValueError) as error:
        raise _bad(path, f"{column}: not a number: {row[column]!r}") from error


def _bad(path: Path, why: str) -> InputError:
    return InputError(f"{path.name}: {why}", code="bad_table", hint="See the study's help page")
