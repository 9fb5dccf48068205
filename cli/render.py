"""All of rich: coloured lines and the progress bar."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from .lines import Line
from .progress import Pace, amount, pace_text

if TYPE_CHECKING:
    from rich.console import Console

    from augscore.runtime import Progress, ProgressSink

_STYLES = {"strong": "bold", "warn": "bold yellow", "fail": "bold magenta", "ok": "cyan"}


def write_coloured(file: TextIO, lines: Iterable[Line]) -> None:
    from rich.text import Text

    console = _console(file, colour=True)
    for row in lines:
        text = Text()
        for span in row:
            text.append(span.text, _STYLES.get(span.role))
        console.print(text, soft_wrap=True)


@contextmanager
def progress_bar(
    file: TextIO, clock: Callable[[], float], *, colour: bool
) -> Iterator[ProgressSink]:
    """One bar, redrawn in place and gone at the end; each stage starts it anew."""
    from rich.progress import BarColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[detail]}"),
    )
    console = _console(file, colour=colour)
    with Bar(*columns, console=console, transient=True, refresh_per_second=4) as bar:
        task = bar.add_task("starting", total=None, detail="")
        pace = Pace(clock)

        def sink(event: Progress) -> None:
            speed = pace.of(event)
            detail = f"{amount(event)} {pace_text(event, speed)}".strip()
            bar.update(
                task,
                description=event.stage,
                completed=event.done,
                total=event.total,
                detail=detail,
            )

        yield sink


def _console(file: TextIO, *, colour: bool) -> Console:
    # Every choice is passed, since rich would otherwise read NO_COLOR and FORCE_COLOR its own way.
    from rich.console import Console

    return Console(
        file=file,
        color_system="standard" if colour else None,
        force_terminal=True,
        no_color=not colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
    )
