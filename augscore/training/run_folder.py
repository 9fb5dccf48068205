"""The folder of a score run: one process at a time in it, and never over a finished model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from augscore.errors import UsageError
from augscore.outputs import prepare_folder, remove_stale
from augscore.runs.checkpoint import remove_checkpoints
from augscore.runs.lock import locked


@contextmanager
def claimed(out: Path, *, force: bool) -> Iterator[None]:
    """Hold the folder, rid of what killed processes left, with `force` also of a finished run.

    Raises UsageError: `run_in_use`, `output_exists`; else as `prepare_folder`.
    """
    prepare_folder(out)
    with locked(out):
        remove_stale(out)
        remove_stale(checkpoints_of(out))
        if model_of(out).exists():
            _clear_finished(out, force=force)
        yield


def model_of(out: Path) -> Path:
    return out / "model.safetensors"


def checkpoints_of(out: Path) -> Path:
    return out / "checkpoints"


def metrics_of(out: Path) -> Path:
    return out / "metrics.jsonl"


def _clear_finished(out: Path, *, force: bool) -> None:
    if not force:
        raise UsageError(
            f"'{model_of(out)}' exists: this run is finished",
            code="output_exists",
            hint="Choose another --out, or --force to train anew",
        )
    # The model goes last: as long as it is there, the same command clears the rest again.
    remove_checkpoints(checkpoints_of(out))
    model_of(out).unlink()
