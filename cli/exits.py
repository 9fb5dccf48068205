"""The exit codes of the command line: an API, like the reason codes."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """`GATE`: the work succeeded and its result did not pass; `INTERNAL`: a mistake of ours."""

    DONE = 0
    GATE = 1
    USAGE = 2
    INPUT = 3
    HOST = 4
    INTERNAL = 70
    INTERRUPTED = 130
    PIPE_CLOSED = 141
    TERMINATED = 143


STOPPED = {"SIGINT": Exit.INTERRUPTED, "SIGTERM": Exit.TERMINATED}


def stop_code(stopped_by: str) -> Exit:
    """The exit code of a run that a signal ended early."""
    return STOPPED.get(stopped_by, Exit.INTERRUPTED)
