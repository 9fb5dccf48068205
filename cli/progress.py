"""Progress events → a bar for a person who watches, a few plain lines for a log, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .figures import count, duration, rate
from .lines import line
from .streams import Streams

if TYPE_CHECKING:
    from augscore.runtime import Progress, ProgressSink

FIRST_AFTER = 10.0
AGAIN_AFTER = 30.0
AGAIN_SHARE = 0.1


class Pace:
    """Units a second since the present stage began or got its total; None until it is known."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._stage: tuple[str, int | None] | None = None
        self._since = 0.0
        self._done = 0

    def of(self, event: Progress) -> float | None:
        now = self._clock()
        stage = (event.stage, event.total)
        if stage != self._stage:
            self._stage, self._since, self._done = stage, now, event.done
        elapsed = now - self._since
        moved = event.done - self._done
        return moved / elapsed if elapsed > 0 and moved > 0 else None


class PlainProgress:
    """A line after 10 s, then every 30 s or 10 % of the work, whichever is later."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._write = write
        self._clock = clock
        self._pace = Pace(clock)
        self._started = clock()
        self._last: tuple[str, float, int] | None = None

    def __call__(self, event: Progress) -> None:
        speed = self._pace.of(event)
        now = self._clock()
        if not self._due(event, now):
            return
        self._last = (event.stage, now, event.done)
        self._write(f"{event.stage} {amount(event)} {pace_text(event, speed)}".strip())

    def _due(self, event: Progress, now: float) -> bool:
        if self._last is None:
            return now - self._started >= FIRST_AFTER
        stage, then, done = self._last
        if now - then < AGAIN_AFTER:
            return False
        if event.total is None or stage != event.stage:
            return True
        return event.done - done >= AGAIN_SHARE * event.total


def amount(event: Progress) -> str:
    if event.total is None:
        return count(event.done) if event.done else ""
    share = 100 * event.done / event.total if event.total else 100.0
    return f"{count(event.done)}/{count(event.total)} ({share:.0f} %)"


def pace_text(event: Progress, speed: float | None) -> str:
    if speed is None:
        return ""
    text = rate(speed, event.unit)
    if event.total is None or event.done >= event.total:
        return text
    return f"{text} left {duration((event.total - event.done) / speed)}"


@contextmanager
def progress_sink(streams: Streams) -> Iterator[ProgressSink]:
    """Where a long piece of work reports to while it runs."""
    if streams.quiet or streams.progress == "never":
        yield lambda event: None
    elif streams.err.tty:
        from .render import progress_bar

        with progress_bar(streams.err.file, time.monotonic, colour=streams.err.colour) as sink:
            yield sink
    else:
        yield PlainProgress(lambda text: streams.err.write([line(text)]), time.monotonic)
