"""The report at the end of a file that others write to as well, as GitHub's summary of a job is."""

from __future__ import annotations

from pathlib import Path

from augscore.auditing.audit import Audit
from augscore.auditing.report.markdown import SUMMARY_BYTES, to_markdown
from augscore.errors import UsageError
from augscore.images.reasons import os_detail
from augscore.outputs import write_bytes


def append_summary(path: Path, audit: Audit) -> None:
    """What stands in `path` stays; together both have at most 1 MiB, or nothing of the job is
    shown.

    Raises UsageError (`summary_unreadable`) for a file that cannot be read, else as
    `outputs.write_bytes`.
    """
    before = _contents(path)
    if before and not before.endswith(b"\n"):
        before += b"\n"
    told = to_markdown(audit, most=max(0, SUMMARY_BYTES - len(before)))
    write_bytes(path, before + told.encode())


def _contents(path: Path) -> bytes:
    try:
        return path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise UsageError(
            f"cannot read {str(path)!r}: {os_detail(error)}", code="summary_unreadable"
        ) from error
