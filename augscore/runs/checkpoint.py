"""Checkpoints of a resumable run: safetensors and JSON, never pickle; the last two are kept.

`RUN/checkpoints/step-00000500.safetensors` holds the tensors and, in its metadata, the step and
the fingerprint of the settings. A damaged file costs one interval: the one before it is used.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from augscore.outputs import write_bytes

KEPT = 2


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after `step` steps; `settings` must agree for a run to continue."""

    step: int
    settings: Mapping[str, object]
    tensors: Mapping[str, torch.Tensor]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write atomically, then drop all but the last two."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"step-{checkpoint.step:08d}.safetensors"
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in checkpoint.tensors.items()}
    head = json.dumps({"step": checkpoint.step, "settings": checkpoint.settings}, sort_keys=True)
    write_bytes(path, save(tensors, metadata={"augscore": head}))
    for old in _newest_first(folder)[KEPT:]:
        old.unlink(missing_ok=True)
    return path


def load_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest readable checkpoint, or None."""
    for path in _newest_first(folder):
        checkpoint = _try_to_load(path)
        if checkpoint is not None:
            return checkpoint
    return None


def _try_to_load(path: Path) -> Checkpoint | None:
    try:
        with safe_open(path, framework="pt") as file:
            head = json.loads(file.metadata()["augscore"])
        return Checkpoint(int(head["step"]), head["settings"], load_file(path))
    except (SafetensorError, OSError, KeyError, TypeError, json.JSONDecodeError):
        return None


def _newest_first(folder: Path) -> list[Path]:
    return sorted(folder.glob("step-*.safetensors"), reverse=True)
