"""The only writer: a file appears whole under its name, or not at all.

Everything goes to `.name.tmp-PID` in the same folder, is flushed and synced, and then renamed; the
folder is synced after it, so that the name outlives a loss of power.
"""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from augscore.errors import HostError, UsageError

NO_ROOM = {
    getattr(errno, "EDQUOT", errno.ENOSPC): (  # Windows has no quota of its own
        "the disk quota is used up",
        "Free some space of yours, ask for a larger quota, or write elsewhere",
    ),
    errno.EFBIG: (
        "the file would be larger than is allowed here",
        "Raise the limit of this shell (ulimit -f), or write to another file system",
    ),
    errno.ENOSPC: ("no space left", "Free some space or write elsewhere"),
}
"""Why a disk takes no more, and what to do, by the number of the error."""
_WRONG_PATH = frozenset([errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG])
_PROBE = bytes(4096)
_LONGEST_NAME = 230
_TEMPORARY = re.compile(r"\..+\.tmp-([0-9]{1,10})", re.DOTALL)
_STARTED = time.time()
_ESCAPED = frozenset(["Cc", "Cs", "Zl", "Zp"])
_BIDI = frozenset(
    map(chr, [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)


def write_bytes(path: Path, data: bytes) -> None:
    """Raises `HostError` (`disk_full`, `output_unwritable`) or `UsageError` (`output_unwritable`)
    for a wrong path; what was there before is then untouched."""
    pending = PendingFile(path)
    try:
        pending.write(data)
        pending.publish()
    finally:
        pending.discard()


def write_text(path: Path, text: str) -> None:
    """UTF-8, line ends as given. Raises as `write_bytes`."""
    write_bytes(path, text.encode("utf-8"))


def write_json(path: Path, value: Any, *, sort_keys: bool = True, indent: int | None = 2) -> None:
    """ASCII JSON and a last line end. Raises `ValueError` for NaN or infinity, else as
    `write_bytes`."""
    write_text(path, to_json(value, sort_keys=sort_keys, indent=indent) + "\n")


def to_json(value: Any, *, sort_keys: bool = True, indent: int | None = None) -> str:
    """The JSON of every output: ASCII, so that undecodable names survive as `\\udcff`.

    Raises `ValueError` for NaN or infinity.
    """
    return json.dumps(value, sort_keys=sort_keys, indent=indent, allow_nan=False, ensure_ascii=True)


def check_writable(path: Path) -> None:
    """Try, before work starts, whether the file `path` can be written; leaves nothing behind.

    Raises `UsageError` (`output_unwritable`) for a wrong kind of path (a folder, a missing
    parent), `HostError` (`output_unwritable`, `disk_full`) for what the machine refuses.
    """
    if os.path.isdir(path):
        raise _wrong_path(path, "it is a folder", "Name a file")
    parent = Path(os.path.realpath(path)).parent
    if not os.path.exists(path) and not parent.is_dir():
        what = "is not a folder" if os.path.exists(parent) else "does not exist"
        raise _wrong_path(path, f"{str(parent)!r} {what}", "Make the folder first")
    pending = PendingFile(path)
    if not pending.is_special:
        pending.write(_PROBE)
        pending.sync()
    pending.discard()


def prepare_folder(path: Path) -> None:
    """Make the folder `path` with its parents and try to write there. Raises as
    `check_writable`."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise _wrong_path(path, "a file is in its place", "Name another folder") from None
    except OSError as error:
        raise refusal(path, error) from error
    for folder in missing:
        _sync_folder(folder.parent)
    check_writable(path / "probe")


def remove_stale(folder: Path) -> None:
    """Remove the temporary files in `folder` whose process is no more; others stay."""
    for path in folder.glob(".*.tmp-*"):
        # A file that its process has just taken away, or a folder of such a name.
        with suppress(OSError):
            if _is_stale(path):
                path.unlink()


def _is_stale(path: Path) -> bool:
    found = _TEMPORARY.fullmatch(path.name)
    if found is None:
        return False
    pid = int(found[1])
    if pid == os.getpid():
        # In a container the process before this one often had the same number.
        return path.lstat().st_mtime < _STARTED
    return not _may_be_alive(pid)


def _may_be_alive(pid: int) -> bool:
    if sys.platform == "win32":
        return True  # signal 0 would end the process there
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _sync_folder(folder: Path) -> None:
    """What was renamed into `folder` survives a loss of power, where the system can promise it."""
    if os.name != "posix":
        return
    # The file is whole and in its place already: a folder that cannot be synced is no failure.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def printable(text: str) -> str:
    """Control characters, bidirectional controls and undecodable bytes as escapes (`\\x1b`,
    `\\u202e`, `\\udcff`), all else as it is: safe in a terminal and in a table."""
    return "".join(_escape(c) if _is_escaped(c) else c for c in text)


def _is_escaped(character: str) -> bool:
    return unicodedata.category(character) in _ESCAPED or character in _BIDI


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class RowWriter:
    """Rows (str → JSON value) into `….jsonl` or `….csv`, one at a time.

    They go to a temporary file; `close` publishes it under the final name, and so does leaving the
    `with` block normally. An interrupted run that closes publishes the rows so far; leaving by an
    exception removes them. CSV: the columns are those given, or of the first row; later rows may
    leave some out but not bring others (`ValueError`); text is `printable`, with
    `safe_cells` also `harmless`; nested values are JSON text, None is empty. Raises `UsageError`
    for another extension, else as `write_bytes`.
    """

    def __init__(
        self, path: Path, *, columns: Sequence[str] | None = None, safe_cells: bool = False
    ) -> None:
        if path.suffix not in (".jsonl", ".csv"):
            raise UsageError(f"rows go to .jsonl or .csv, not to {path.name!r}", code="usage")
        self._as_csv = path.suffix == ".csv"
        self._safe_cells = safe_cells
        self._columns: tuple[str, ...] | None = None
        self._pending = PendingFile(path)
        if self._as_csv and columns is not None:
            self._begin_table(columns)

    def write(self, row: Mapping[str, Any]) -> None:
        """Append a row. Raises `ValueError` for NaN or infinity."""
        if not self._as_csv:
            self._pending.write((to_json(dict(row), sort_keys=False) + "\n").encode())
            return
        columns = self._columns or self._begin_table(tuple(row))
        unknown = [name for name in row if name not in columns]
        if unknown:
            raise ValueError(f"columns that the first row had not: {', '.join(unknown)}")
        self._pending.write(_csv_line([self._cell(row.get(name)) for name in columns]))

    def flush(self) -> None:
        """Push the rows so far to the disk, still under the temporary name."""
        self._pending.sync()

    def close(self) -> None:
        """Publish the rows under the final name; a second time nothing happens."""
        self._pending.publish()

    def discard(self) -> None:
        """Remove the temporary file; nothing is published."""
        self._pending.discard()

    def __enter__(self) -> RowWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _cell(self, value: Any) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            return to_json(value)
        return harmless(printable(value)) if self._safe_cells else printable(value)

    def _begin_table(self, columns: Sequence[str]) -> tuple[str, ...]:
        self._columns = tuple(columns)
        self._pending.write(_csv_line([printable(name) for name in self._columns]))
        return self._columns


def _csv_line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")


def harmless(cell: str) -> str:
    """With an apostrophe in front where a spreadsheet would take the cell for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


class PendingFile:
    """A file that still has its temporary name. A device or pipe is written to directly."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.is_special = os.path.exists(path) and not os.path.isfile(path)
        # A pipe behind /dev/fd has no real path; a link to a file is to stay a link.
        self._target = path if self.is_special else Path(os.path.realpath(path))
        self._file: IO[bytes] | None = None
        with self._refusing():
            self._file = _existing(self._target) if self.is_special else _create(self._temp)

    @property
    def _temp(self) -> Path:
        # Cut so that the longest legal name still has room for what is added.
        name = os.fsdecode(os.fsencode(self._target.name)[:_LONGEST_NAME])
        return self._target.with_name(f".{name}.tmp-{os.getpid()}")

    def write(self, data: bytes) -> None:
        with self._refusing():
            self._opened().write(data)

    @property
    def closed(self) -> bool:
        return self._file is None

    def tell(self) -> int:
        return self._opened().tell()

    def flush(self) -> None:
        with self._refusing():
            self._opened().flush()

    def sync(self) -> None:
        with self._refusing():
            file = self._opened()
            file.flush()
            if not self.is_special:
                os.fsync(file.fileno())

    def publish(self) -> None:
        if self._file is None:
            return
        self.sync()
        with self._refusing():
            self._opened().close()
            if not self.is_special:
                os.replace(self._temp, self._target)
                _sync_folder(self._target.parent)
        self._file = None

    def discard(self) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        # Closing flushes, which fails once more on a full disk.
        with suppress(OSError):
            file.close()
        if not self.is_special:
            with suppress(OSError):
                self._temp.unlink()

    def _opened(self) -> IO[bytes]:
        if self._file is None:
            raise ValueError(f"{self._path} is closed")
        return self._file

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            self.discard()
            raise
        except OSError as error:
            self.discard()
            raise refusal(self._path, error) from error


def _existing(device: Path) -> IO[bytes]:
    return open(device, "wb")


def _create(temp: Path) -> IO[bytes]:
    """A new file, never one that is there: a stale one of an earlier process goes first."""
    with suppress(FileNotFoundError):
        temp.unlink()
    return open(temp, "xb")


def refusal(path: Path, error: OSError) -> HostError | UsageError:
    """What it means for the user that `path` could not be written."""
    if error.errno in NO_ROOM:
        why, remedy = NO_ROOM[error.errno]
        free = _free_space(path) if error.errno == errno.ENOSPC else ""
        return HostError(f"cannot write {str(path)!r}: {why}{free}", code="disk_full", hint=remedy)
    if error.errno in _WRONG_PATH:
        return _wrong_path(path, error.strerror or str(error), "")
    return HostError(
        f"cannot write {str(path)!r}: {error.strerror or error}", code="output_unwritable"
    )


def _wrong_path(path: Path, why: str, hint: str) -> UsageError:
    return UsageError(f"cannot write {str(path)!r}: {why}", code="output_unwritable", hint=hint)


def _free_space(path: Path) -> str:
    try:
        free = shutil.disk_usage(path.parent).free
    except OSError:
        return ""
    return f" ({free / 1e9:.2f} GB free)"
