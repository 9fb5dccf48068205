"""Checkpoints of a resumable run: safetensors and JSON, never pickle; the last two are kept.

`RUN/checkpoints/step-00000500.safetensors` holds the tensors and, in its metadata, the step, the
settings and a digest of all three. A damaged file costs one interval: the one before it is used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save

from augscore.outputs import prepare_folder, write_bytes
from augscore.runs.digest import digest, not_finite

KEPT = 2
_NAME = "step-{:08d}.safetensors"
_FILE = re.compile(r"step-[0-9]{8,18}\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after `step` steps; `settings` must agree for a run to continue."""

    step: int
    settings: Mapping[str, object]
    tensors: Mapping[str, torch.Tensor]


@dataclass(frozen=True)
class DamagedCheckpoint:
    """A file that cannot be continued from, and why."""

    step: int
    why: str


@dataclass(frozen=True)
class FoundCheckpoint:
    """The newest usable checkpoint, if any, and the damaged ones that are newer, newest first."""

    checkpoint: Checkpoint | None
    damaged: tuple[DamagedCheckpoint, ...]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> Path:
    """Write atomically, then drop those of later steps, and all but the last two.

    Raises as `write_bytes`; all earlier ones are then still there.
    """
    if not folder.is_dir():
        prepare_folder(folder)
    path = folder / _NAME.format(checkpoint.step)
    tensors = {k: v.detach().cpu().contiguous().clone() for k, v in checkpoint.tensors.items()}
    head = {"step": checkpoint.step, "settings": checkpoint.settings}
    text = json.dumps(head | {"digest": digest(_text(head), tensors)}, sort_keys=True)
    write_bytes(path, save(tensors, metadata={"augscore": text}))
    _drop_others(folder, checkpoint.step)
    return path


def find_checkpoint(folder: Path) -> FoundCheckpoint:
    """Read from the newest file on, until one is usable."""
    damaged: list[DamagedCheckpoint] = []
    for path in _newest_first(folder):
        try:
            return FoundCheckpoint(_load(path), tuple(damaged))
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            damaged.append(DamagedCheckpoint(_step(path), _reason(error)))
    return FoundCheckpoint(None, tuple(damaged))


def remove_checkpoints(folder: Path) -> None:
    for path in _newest_first(folder):
        path.unlink()


def _load(path: Path) -> Checkpoint:
    with safe_open(path, framework="pt") as file:
        written = json.loads(file.metadata()["augscore"])
    tensors = load_file(path)
    head = {"step": int(written["step"]), "settings": written["settings"]}
    if digest(_text(head), tensors) != written["digest"]:
        raise ValueError("its digest differs")
    broken = not_finite(tensors)
    if broken:
        raise ValueError(f"{broken[0]} is not finite")
    return Checkpoint(head["step"], head["settings"], tensors)


def _text(head: Mapping[str, object]) -> str:
    return json.dumps(head, sort_keys=True)


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError | TypeError):
        return "it holds no state of a run"
    return str(error)


def _drop_others(folder: Path, step: int) -> None:
    """Files of later steps are damaged ones that the run has gone back behind."""
    files = _newest_first(folder)
    kept = [path for path in files if _step(path) <= step][:KEPT]
    for path in files:
        if path not in kept:
            path.unlink(missing_ok=True)


def _newest_first(folder: Path) -> list[Path]:
    files = [path for path in folder.glob("step-*.safetensors") if _FILE.fullmatch(path.name)]
    return sorted(files, key=_step, reverse=True)


def _step(path: Path) -> int:
    return int(path.stem.removeprefix("step-"))
