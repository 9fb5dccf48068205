"""A limit on how long code of other people may take, kept by a timer signal."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TookTooLong(BaseException):
    """Raised inside the code that ran past its limit; no `except Exception` of it catches this."""


def can_limit() -> bool:
    """Whether time can be limited here: in the main thread, where the system has interval timers.

    Elsewhere, and under another interval timer of the program's own, nothing is limited.
    """
    main = threading.current_thread() is threading.main_thread()
    return main and hasattr(signal, "setitimer") and signal.getitimer(signal.ITIMER_REAL)[0] == 0


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TookTooLong inside after so many seconds, where time can be limited.

    A single call into compiled code that does not return is not ended: signals are heeded between
    steps of the interpreter.
    """
    if not can_limit():
        yield
        return
    before = signal.signal(signal.SIGALRM, _raise)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        # The signal may still arrive in the line above.
        signal.signal(signal.SIGALRM, before)


def _raise(number: int, frame: FrameType | None) -> None:
    raise TookTooLong
