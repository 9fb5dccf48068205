"""Where a run goes on: its newest sound checkpoint, if that was made with the same settings.

The same means whatever shapes the weights, the kind of device too, since another one rounds
differently. How often to log or to save, the number of workers and the number of a GPU are free.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import torch

from augscore.runs.checkpoint import (
    Checkpoint,
    FoundCheckpoint,
    find_checkpoint,
    remove_checkpoints,
)
from augscore.runtime import Note, NoteSink
from augscore.training.score.plan import ScoreRunPlan
from augscore.training.score.run_folder import begun_otherwise, differences


def binding_settings(plan: ScoreRunPlan) -> dict[str, object]:
    """All that must agree and is known before an image is read."""
    settings = {
        **asdict(plan.fit_options),
        "working_size": plan.working_size,
        "crop": plan.crop,
        "scales": plan.scales.short_sides,
        "architecture": asdict(plan.options.architecture),
        "device": torch.device(plan.device).type,
        **plan.source.settings,
    }
    as_read: dict[str, object] = json.loads(json.dumps(settings))
    return as_read


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
