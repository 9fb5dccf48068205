"""Where a run goes on: its newest sound checkpoint, if that was made with the same settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from augscore.runs.checkpoint import (
    Checkpoint,
    FoundCheckpoint,
    find_checkpoint,
    remove_checkpoints,
)
from augscore.runs.differences import differences
from augscore.runs.run_folder import begun_otherwise
from augscore.runtime import Note, NoteSink


def usable_checkpoint(
    folder: Path, settings: Mapping[str, object], *, force: bool, note: NoteSink
) -> Checkpoint | None:
    """The one to go on from, or None to begin; with `force` those of other settings are removed.

    Raises UsageError (`resume_mismatch`) for other settings without `force`.
    """
    found = find_checkpoint(folder)
    if found.damaged:
        note(Note("checkpoint_damaged", _damage(found)))
    return agreeing(found.checkpoint, settings, folder, force=force)


def agreeing(
    checkpoint: Checkpoint | None, settings: Mapping[str, object], folder: Path, *, force: bool
) -> Checkpoint | None:
    """The checkpoint if it was made with these settings; else as `usable_checkpoint`."""
    if checkpoint is None:
        return None
    changed = differences(checkpoint.settings, settings)
    if not changed:
        return checkpoint
    if not force:
        raise begun_otherwise(folder.parent, changed)
    remove_checkpoints(folder)
    return None


def _damage(found: FoundCheckpoint) -> str:
    listed = " and ".join(f"of step {d.step} ({d.why})" for d in found.damaged)
    damaged = f"damaged: the checkpoint {listed}"
    if found.checkpoint is None:
        return f"{damaged}; none is left, so the run starts anew"
    return f"{damaged}; the one of step {found.checkpoint.step} is used"
