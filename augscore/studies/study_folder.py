"""The folder of a study that grows: its mark, its rows, and one process at a time in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from augscore.errors import UsageError
from augscore.outputs import prepare_folder, printable, refusal, remove_stale
from augscore.runs.differences import differences
from augscore.runs.lock import locked
from augscore.runs.mark import lasting_names, mark, marked_settings
from augscore.runs.run_folder import begun_otherwise


@contextmanager
def claimed_study(
    out: Path, command: str, settings: Mapping[str, object], facts: Mapping[str, object]
) -> Iterator[None]:
    """Hold the folder of a `command` such as "study weighting"; a new one gets its mark.

    Raises UsageError: `run_in_use`, else as `check_study` and `prepare_folder`.
    """
    prepare_folder(out)
    with locked(out):
        check_study(out, command, settings)
        remove_stale(out)
        if marked_settings(out, command) is None:
            mark(out, command, settings, facts)
        yield


def check_study(out: Path, command: str, settings: Mapping[str, object]) -> None:
    """Changes nothing. Raises UsageError: `resume_mismatch` for a study of other settings, each
    named; `output_exists` for a folder of something else."""
    if not out.is_dir():
        return
    old = marked_settings(out, command)
    if old is not None:
        if changed := differences(old, settings):
            raise begun_otherwise(out, changed, force=False)
        return
    try:
        names = lasting_names(out)
    except OSError as error:
        raise refusal(out, error) from error
    if names:
        raise UsageError(
            f"{printable(repr(str(out)))} holds other files ({printable(names[0])})",
            code="output_exists",
            hint="Choose an empty or a new folder for --out",
        )


def rows_of(out: Path) -> Path:
    return out / "rows.jsonl"


def score_of(out: Path) -> Path:
    return out / "score"


def runs_of(out: Path) -> Path:
    return out / "runs"
