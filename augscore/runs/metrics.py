"""`metrics.jsonl`: one JSON row a report, with its `step`.

A continued run first takes back the rows that it is going to repeat.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from augscore.outputs import write_text

Row = Mapping[str, object]


def keep_until(path: Path, step: int) -> None:
    """Drop rows after `step`, and a last row that an interruption cut short."""
    if path.exists():
        rows = [row for row in map(_parse, path.read_text().splitlines()) if row is not None]
        kept = [row for row in rows if isinstance(s := row.get("step"), int) and s <= step]
        write_text(path, "".join(_line(row) for row in kept))


def append(path: Path, row: Row) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(_line(row))


def _line(row: Row) -> str:
    return json.dumps(row, sort_keys=True, allow_nan=False) + "\n"


def _parse(line: str) -> Row | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError:
        return None
    return row if isinstance(row, dict) else None
