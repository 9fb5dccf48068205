"""`metrics.jsonl`: one JSON row a report, with its `step`, each step once and in order.

A continued run first takes back the rows that it is going to repeat. A row that cannot be written
is kept and written with the next one.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from augscore.json_values import Json, parsed_object
from augscore.outputs import refusal, write_text


class MetricsLog:
    """The rows of a run up to `step`, those of its file first; `append` brings file and rows
    together again, whatever happened before."""

    def __init__(self, path: Path, step: int) -> None:
        self._path = path
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        self._lines = _lines_until(text, step)
        self._agrees = path.exists() and "".join(self._lines) == text

    def append(self, row: Json) -> None:
        """Raises `ValueError` for NaN or infinity, `OSError` where nothing can be written."""
        self._lines.append(_line(row))
        if self._agrees:
            self._agrees = False
            _append(self._path, self._lines[-1])
            self._agrees = True
        else:
            self.flush()

    def flush(self) -> None:
        """Write all rows anew if the file holds others. Raises `OSError`."""
        if not self._agrees and (self._lines or self._path.exists()):
            write_text(self._path, "".join(self._lines))
            self._agrees = True


def _append(path: Path, line: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise refusal(path, error) from error


def _lines_until(text: str, step: int) -> list[str]:
    """Without rows after `step`, and without what an interruption cut short."""
    rows = [row for row in map(parsed_object, text.split("\n")) if row is not None]
    return [_line(row) for row in rows if isinstance(s := row.get("step"), int) and s <= step]


def _line(row: Json) -> str:
    return json.dumps(row, sort_keys=True, allow_nan=False) + "\n"
