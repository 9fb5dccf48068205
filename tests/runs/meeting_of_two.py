"""For `test_meeting.py`, under torchrun: what each process finds goes to FOLDER/rank-N.json."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from augscore.errors import AugscoreError, InputError, ToldElsewhere, UsageError
from augscore.runs.meeting import agreed, at_first, from_all, meeting
from augscore.runs.ranks import local_ranks, own_shard, rank, ranks


def told(work: Callable[[], object]) -> list[object]:
    try:
        return ["done", agreed(work)]
    except AugscoreError as error:
        kind = "told elsewhere" if isinstance(error, ToldElsewhere) else "told here"
        return [kind, error.message, error.code, error.hint, error.exit_code]


def failing(at: set[int]) -> Callable[[], object]:
    def work() -> object:
        if rank() in at:
            kind = UsageError if rank() == 0 else InputError
            raise kind(f"no {rank()}", code=f"code-{rank()}", hint="Try")
        return rank()

    return work


def main(folder: Path) -> None:
    found: dict[str, object] = {
        "ranks": [rank(), ranks(), local_ranks(), str(own_shard())],
    }
    with meeting():
        found["from_all"] = from_all({"rank": rank()})
        found["at_first"] = at_first([rank()] * (rank() + 1))
        found["fine"] = told(failing(set()))
        found["first fails"] = told(failing({0}))
        found["second fails"] = told(failing({1}))
        found["both fail"] = told(failing({0, 1}))
        if rank() == 1:
            keep(folder, found)
            os._exit(0)
        try:
            while True:  # what was sent before its end may still arrive
                from_all(rank())
        except AugscoreError as error:
            found["lost"] = [error.message, error.code, error.exit_code]
    keep(folder, found)


def keep(folder: Path, found: dict[str, object]) -> None:
    (folder / f"rank-{rank()}.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
