"""Why a file could not be read, as a stable code: what `OSError` means for one file."""

from __future__ import annotations

import errno

_BY_ERRNO = {
    errno.EACCES: "permission",
    errno.EPERM: "permission",
    errno.ELOOP: "link_loop",
    errno.ENOENT: "vanished",
    errno.ESTALE: "vanished",
}


def os_reason(error: OSError) -> str:
    """`permission`, `link_loop`, `vanished`, or `read_error` for anything else."""
    return _BY_ERRNO.get(error.errno or 0, "read_error")


def os_detail(error: OSError) -> str:
    """The system's own words, without the path (the row already names the file)."""
    return f"{type(error).__name__}: {error.strerror or error}"
