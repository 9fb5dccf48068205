"""A journal: JSON lines that are only ever appended, so that a killed run loses none of them.

A last line that was cut short is dropped when the journal is opened again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from augscore.json_values import Json, parsed_object
from augscore.outputs import refusal, to_json


def read_journal(path: Path) -> Iterator[Json]:
    """The whole lines, in order, up to the first that is no JSON object; none without a file."""
    yield from (entry for entry, _ in _entries(path))


class Journal:
    """Appends to `path`, behind the `found` whole lines that are there. Raises `HostError`
    (`disk_full`, `output_unwritable`); what was written before is kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("ab")
            lengths = [length for _, length in _entries(path)]
            self._file.truncate(sum(lengths))
        except OSError as error:
            raise refusal(path, error) from error
        self.found = len(lengths)

    def append(self, entry: Json) -> None:
        """Hand the line to the system: a kill does not lose it any more."""
        try:
            self._file.write(to_json(dict(entry)).encode() + b"\n")
            self._file.flush()
        except OSError as error:
            raise refusal(self._path, error) from error

    def close(self) -> None:
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise refusal(self._path, error) from error

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        else:
            # A full disk refuses the rest of the buffer once more.
            with suppress(OSError):
                self._file.close()


def _entries(path: Path) -> Iterator[tuple[Json, int]]:
    """Every entry with its length in bytes."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            entry = parsed_object(line) if line.endswith(b"\n") else None
            if entry is None:
                return
            yield entry, len(line)
