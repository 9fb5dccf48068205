"""One way for a command to give its result: as lines, as JSON, or both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .lines import Line
from .options import Settings

STDOUT = "-"


def print_result(settings: Settings, lines: Sequence[Line], document: Mapping[str, object]) -> None:
    """`--json -` puts the document on stdout and moves the lines to stderr."""
    from augscore.outputs import to_json, write_json

    streams = settings.streams
    if settings.json == STDOUT:
        streams.err.write(lines)
        streams.out.write_text(to_json(document, indent=2) + "\n")
        return
    streams.out.write(lines)
    if settings.json is not None:
        write_json(Path(settings.json), document)
