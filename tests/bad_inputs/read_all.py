"""Run in a process of its own: read a folder and print what came of each file, and what it took."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from pathlib import Path

from augscore.images.batches import read
from augscore.images.find import find
from augscore.images.records import Picture


def main(folder: str, workers: int) -> None:
    files: dict[str, object] = {}
    digests: dict[str, str] = {}
    before = peak_bytes()
    for result in read(find([Path(folder)]), workers=workers):
        if isinstance(result, Picture):
            files[str(result.id)] = list(result.notes)
            digests[str(result.id)] = hashlib.sha256(result.pixels.numpy().tobytes()).hexdigest()
        else:
            files[result.name] = result.reason
    print(json.dumps({"files": files, "digests": digests, "bytes": peak_bytes() - before}))


def peak_bytes() -> int:
    """The most memory that this process has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
