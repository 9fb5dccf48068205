"""Whatever ends a command early → a message on stderr and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from augscore.errors import AugscoreError, ToldElsewhere
from augscore.runs.ranks import rank, ranks

from .exits import Exit
from .names import shown_lines, shown_path
from .siblings import first_speaks
from .words import own_words

FIRST_SPEAKS_WITHIN = 30.0
"""Seconds. As soon as one process ends, torchrun ends all others: were it not the first, that
might not have said why. In practice the first one's end cuts this wait short."""

_VERBOSITY = "augscore_cli.verbosity"


def add_verbosity(ctx: click.Context, more: int) -> None:
    ctx.meta[_VERBOSITY] = verbosity(ctx) + more


def verbosity(ctx: click.Context) -> int:
    level: int = ctx.meta.get(_VERBOSITY, 0)
    return level


@contextmanager
def exits(ctx: click.Context) -> Iterator[None]:
    """Run a command; every failure inside leaves as `click.exceptions.Exit`."""
    try:
        yield
    except (click.exceptions.Exit, click.exceptions.NoArgsIsHelpError):
        raise
    except KeyboardInterrupt:
        _say("interrupted")
        raise click.exceptions.Exit(Exit.INTERRUPTED) from None
    except Exception as error:
        raise click.exceptions.Exit(_told(error, verbosity(ctx))) from None


def _told(error: Exception, level: int) -> int:
    """Tell the user about the failure; returns the exit code."""
    from augscore.outputs import NO_ROOM

    if _is_closed_pipe(error):
        _discard_stdout()
        return Exit.PIPE_CLOSED
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        # Every other file is written through `outputs`, whose errors say more.
        _discard_stdout()
        _say(f"error: cannot write to stdout: {NO_ROOM[error.errno][0]}")
        return Exit.HOST
    if isinstance(error, ToldElsewhere):
        time.sleep(FIRST_SPEAKS_WITHIN)
        return error.exit_code
    if isinstance(error, AugscoreError):
        _trace(error, level)
        if not first_speaks():
            _say(f"error: {_whose()}{error}")
        return error.exit_code
    if isinstance(error, click.ClickException):
        _trace(error, level)
        return _tell_usage(error)
    return _tell_internal(error, level)


def _whose() -> str:
    """Of several processes, the one that failed, since others may not have."""
    return f"process {rank() + 1} of {ranks()}: " if rank() > 0 else ""


def _tell_usage(error: click.ClickException) -> int:
    if first_speaks():
        return Exit.USAGE
    _say(f"error: {own_words(error)}")
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is not None:
        _say(f"See: {ctx.command_path} --help")
    return Exit.USAGE


def _tell_internal(error: Exception, level: int) -> int:
    _trace(error, level)
    where = _save_trace(error)
    saved = f"; the traceback is in {shown_path(where)}" if where else ""
    _say(f"error: internal error, {type(error).__name__}: {error}{saved}")
    _say(f"This is a mistake in augscore. Please report it with: {_command_line()}")
    return Exit.INTERNAL


def _save_trace(error: Exception) -> Path | None:
    from augscore import __version__

    head = f"augscore {__version__}, Python {sys.version}\n{_command_line()}\n\n"
    text = head + "".join(traceback.format_exception(error))
    try:
        handle, name = tempfile.mkstemp(prefix="augscore-error-", suffix=".txt")
    except OSError:
        return None
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    return Path(name)


def _command_line() -> str:
    import shlex

    return shlex.join(["augscore", *sys.argv[1:]])


def _trace(error: Exception, level: int) -> None:
    if level:
        _say("".join(traceback.format_exception(error)).rstrip("\n"))


def _say(text: str) -> None:
    click.echo(shown_lines(text), file=sys.stderr)


def _is_closed_pipe(error: Exception) -> bool:
    if isinstance(error, BrokenPipeError):
        return True
    windows = sys.platform == "win32" and isinstance(error, OSError)
    return windows and getattr(error, "errno", None) == errno.EINVAL


def _discard_stdout() -> None:
    """Let the interpreter's last flush of stdout go nowhere instead of failing."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
