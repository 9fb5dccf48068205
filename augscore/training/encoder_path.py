"""From a run's folder, or a file, to the encoder's file."""

from __future__ import annotations

from pathlib import Path

from augscore.errors import ModelError

IN_A_RUN = "encoder.safetensors"
TRAIN = "Train one with: augscore train simclr FOLDER --out RUN"


def encoder_path(path_or_run: str | Path) -> Path:
    """Where an encoder lies; a run's folder means the `encoder.safetensors` in it.

    Raises ModelError (`model_missing`) for a folder without one.
    """
    path = Path(path_or_run)
    if not path.is_dir():
        return path
    inside = path / IN_A_RUN
    if inside.exists():
        return inside
    if (path / "checkpoints").is_dir():
        raise _missing(path, "this run is not finished", "Run its `augscore train` again")
    raise _missing(path, f"the folder holds no {IN_A_RUN}", TRAIN)


def _missing(path: Path, why: str, hint: str) -> ModelError:
    return ModelError(f"cannot read encoder '{path}': {why}", code="model_missing", hint=hint)
