"""How a training run is watched from the command line, and what is said when a signal ended it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from .exits import stop_code
from .lines import Line
from .options import Settings
from .progress import progress_sink
from .results import print_result
from .streams import Streams

if TYPE_CHECKING:
    from augscore.runs.hooks import Hooks
    from augscore.runtime import Note

Row = TypeVar("Row")


@contextmanager
def watched(
    streams: Streams,
    plan_lines: Callable[[int], Sequence[Line]],
    log_line: Callable[[Row], Line],
) -> Iterator[Hooks[Row]]:
    """Hooks that write to stderr; `plan_lines` gets the number of steps that are done already."""
    from augscore.runs.hooks import Hooks
    from augscore.runtime import Interruptions

    def announce(done: int) -> None:
        if not streams.quiet:
            streams.err.write(plan_lines(done))

    def report(row: Row) -> None:
        if not streams.quiet and streams.progress == "auto":
            streams.err.write([log_line(row)])

    def tell(note: Note) -> None:
        streams.note(f"note: {note.text}")

    with progress_sink(streams) as progress, Interruptions() as stop:
        yield Hooks(announce, report, progress, tell, stop)


def end_stopped(settings: Settings, by: str, document: Mapping[str, object]) -> NoReturn:
    """Exit with the signal's code; the document is that of the unfinished run."""
    if settings.json is not None:
        print_result(settings, [], document)
    settings.streams.note(f"stopped by {by}; the same command continues this run")
    raise click.exceptions.Exit(stop_code(by))
