"""Processes that torchrun started, as far as they must agree; gloo, so that any device will do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch.distributed as dist

from augscore.errors import AugscoreError, HostError, ToldElsewhere
from augscore.runs.ranks import PATIENCE, rank, ranks

Value = TypeVar("Value")


@dataclass(frozen=True)
class _Failure:
    message: str
    code: str
    hint: str
    exit_code: int


@contextmanager
def meeting() -> Iterator[None]:
    """Within, the functions below wait for all processes.

    Raises HostError (`process_lost`) where they cannot find each other.
    """
    try:
        dist.init_process_group("gloo", timeout=PATIENCE)
    except (RuntimeError, ValueError) as error:
        raise HostError(
            f"WORLD_SIZE is {ranks()}, but so many processes do not find each other: {error}",
            code="process_lost",
            hint="Start them with torchrun, or unset WORLD_SIZE",
        ) from error
    yield
    # Not after a failure: the others would miss this process before it has said why it ends.
    dist.destroy_process_group()


def from_all(value: Value) -> list[Value]:
    """The values of all processes, in the order of their ranks, at each of them.

    Raises HostError (`process_lost`) where one of them is no more.
    """
    found: list[Any] = [None] * ranks()
    with _losses():
        dist.all_gather_object(found, value)
    return found


def at_first(value: Value) -> list[Value]:
    """As `from_all`, at the first process; empty at the others."""
    found: list[Any] = [None] * ranks() if rank() == 0 else []
    with _losses():
        dist.gather_object(value, found if rank() == 0 else None)
    return found


def agreed(work: Callable[[], Value]) -> Value:
    """What `work` gives here, if it succeeds in all processes.

    Else all of them raise: the first one the first failure, the others ToldElsewhere.
    """
    failure: AugscoreError | None = None
    try:
        value = work()
    except AugscoreError as error:
        failure = error
    told = from_all(None if failure is None else _described(failure))
    place, first = next(((i, f) for i, f in enumerate(told) if f is not None), (0, None))
    if first is None:
        return value
    if rank() == 0 and failure is not None:
        raise failure
    theirs = _rebuilt(first, place)
    raise theirs if rank() == 0 else ToldElsewhere(theirs)


def _described(error: AugscoreError) -> _Failure:
    return _Failure(error.message, error.code, error.hint, error.exit_code)


def _rebuilt(failure: _Failure, place: int) -> AugscoreError:
    told = f"process {place + 1} of {ranks()}: {failure.message}"
    error = AugscoreError(told, code=failure.code, hint=failure.hint)
    error.exit_code = failure.exit_code
    return error


@contextmanager
def _losses() -> Iterator[None]:
    """What torch raises where a connection breaks has no class of its own in every version."""
    try:
        yield
    except RuntimeError as error:
        lost = HostError(
            "another process of this job ended early",
            code="process_lost",
            hint="See what it said; the same command continues what was kept with --out",
        )
        raise (lost if rank() == 0 else ToldElsewhere(lost)) from error
