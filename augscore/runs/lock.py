"""One process at a time in a run's folder: a lock file that holds the owner's process number.

The system itself holds the lock and drops it with the process, however that ends, so a lock file
that was left behind locks nobody out. On a file system that cannot lock there is no protection.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from augscore.errors import UsageError

NAME = ".lock"
_HELD = frozenset([errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK])


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of `folder`. Raises `UsageError` (`run_in_use`) where another process, or
    another thread of this one, holds it."""
    path = folder / NAME
    descriptor = _open_locked(path)
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        yield
    finally:
        # While still held: whoever opened it before has to look whether it is still the file here.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def _open_locked(path: Path) -> int:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _try_to_lock(descriptor):
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip("\0")
            os.close(descriptor)
            raise _in_use(path.parent, owner)
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _try_to_lock(descriptor: int) -> bool:
    """False where somebody else holds it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond the number, which stays readable
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    return True


def _in_use(folder: Path, owner: str) -> UsageError:
    return UsageError(
        f"'{folder}' is in use by another process ({owner or 'starting'})",
        code="run_in_use",
        hint="Wait for it, end it, or choose another --out",
    )
