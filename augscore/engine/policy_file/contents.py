"""The bytes of a file that people write, never more than such a file may have."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from augscore.engine.policy_file.kind import Kind
from augscore.engine.policy_file.text import MAX_BYTES
from augscore.errors import UsageError
from augscore.images.find import nearest_sibling
from augscore.images.reasons import os_detail


def contents(path: Path, kind: Kind) -> bytes:
    """At most one byte more than is read. Raises UsageError (`not_found`, `policy_unreadable` or
    the like for another kind)."""
    if not os.path.lexists(path):
        raise UsageError(f"cannot find {str(path)!r}", code="not_found", hint=nearest_sibling(path))
    unreadable = f"{kind.code}_unreadable"
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError(f"{str(path)!r} is not a file", code=unreadable)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"cannot read {str(path)!r}: {os_detail(error)}", code=unreadable
        ) from error
