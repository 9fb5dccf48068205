"""Many files, read by threads, in the order they were found whatever the number of threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

import torch

from augscore.errors import UsageError
from augscore.images.decode import decode
from augscore.images.limits import MAX_PIXELS
from augscore.images.records import Candidate, Found, Read
from augscore.runtime import usable_cores

MOST_WORKERS = 8
PATIENCE = 10.0
"""Seconds after which the file that everything waits for is named."""

_AHEAD = 4
"""Files that may wait, decoded, for each worker: this bounds the memory."""

Source = TypeVar("Source")
Result = TypeVar("Result")


def read(found: Iterable[Found], *, workers: int, max_pixels: int = MAX_PIXELS) -> Iterator[Read]:
    """Decode every candidate and hand the rest through, in the order of `found`.

    As `in_order`; raises `UsageError` for workers < 0.
    """

    def one(item: Found) -> Read:
        return decode(item, max_pixels=max_pixels) if isinstance(item, Candidate) else item

    return in_order(found, one, workers=workers)


def in_order(
    items: Iterable[Source],
    function: Callable[[Source], Result],
    *,
    workers: int,
    slow: Callable[[Source], None] = lambda item: None,
    ahead: int | None = None,
) -> Generator[Result]:
    """`function` of every item, in their order, computed ahead by `workers` threads.

    `ahead` results may wait, by default a few for each worker. `slow` is told, once, of an item
    that was waited for longer than `PATIENCE`. `workers` = 0 computes in the caller's thread, where
    nothing can be told meanwhile. Closing the iterator, or any exception, waits for what is being
    computed and leaves no thread behind. Raises `UsageError` for workers < 0.
    """
    if workers < 0:
        raise UsageError(f"workers must be 0 or more, got {workers}", code="usage")
    if workers == 0:
        return (function(item) for item in items)
    return _in_threads(items, function, workers, slow, _AHEAD * workers if ahead is None else ahead)


def auto_workers() -> int:
    """min(8, usable cores - 1), and at least one, so that a file that hangs can be named."""
    return max(1, min(MOST_WORKERS, usable_cores() - 1))


def _in_threads(
    items: Iterable[Source],
    function: Callable[[Source], Result],
    workers: int,
    slow: Callable[[Source], None],
    ahead: int,
) -> Generator[Result]:
    waiting: deque[tuple[Source, Future[Result]]] = deque()
    # Each reader by itself: teams of threads would fight with the network's for the same cores.
    pool = ThreadPoolExecutor(
        workers,
        thread_name_prefix="augscore-decode",
        initializer=torch.set_num_threads,
        initargs=(1,),
    )
    try:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > ahead:
                yield _awaited(*waiting.popleft(), slow)
        while waiting:
            yield _awaited(*waiting.popleft(), slow)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _awaited(item: Source, future: Future[Result], slow: Callable[[Source], None]) -> Result:
    if not wait([future], timeout=PATIENCE).done:
        slow(item)
    return future.result()
