"""From the name of a model to its file: the bundled one, a run folder, or a .safetensors file."""

from __future__ import annotations

import difflib
import itertools
import os
from importlib.resources import files
from pathlib import Path

from augscore.errors import ModelError, UsageError

BUNDLED = "default"
_BUNDLED_FILE = "default.safetensors"
SUFFIX = ".safetensors"
IN_A_RUN = "model.safetensors"
_LOOKED_AT = 1000
_NEAREST = 3


def model_path(model: str | Path | None) -> Path:
    """Where a model lies; a run folder means the `model.safetensors` in it."""
    if model is None or str(model) == BUNDLED:
        return bundled_path()
    path = Path(model)
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise _missing(path, "no such model", _advice(path))
    return path


def own_path(model: str | Path) -> Path:
    """As `model_path`, of a file that may be written: not the one that comes with augscore, by
    whatever name. Raises UsageError for that one."""
    path = model_path(model)
    if path.exists() and bundled_path().exists() and path.samefile(bundled_path()):
        raise UsageError(
            "this would change the model that comes with augscore",
            code="usage",
            hint=f"Copy '{path}' and name the copy",
        )
    return path


def _in_folder(folder: Path) -> Path:
    path = folder / IN_A_RUN
    if path.exists():
        return path
    if (folder / "checkpoints").is_dir():
        raise _missing(folder, "this run is not finished", "Run its `augscore train score` again")
    raise _missing(folder, f"the folder holds no {IN_A_RUN}", _advice(folder))


def bundled_path() -> Path:
    return Path(str(files("augscore_assets").joinpath("model", _BUNDLED_FILE)))


def _missing(model: Path, why: str, hint: str) -> ModelError:
    return ModelError(f"cannot read model '{model}': {why}", code="model_missing", hint=hint)


def _advice(path: Path) -> str:
    by_stem = {name.removesuffix(SUFFIX): name for name in _names_beside(path)}
    near = difflib.get_close_matches(path.name.removesuffix(SUFFIX), by_stem, n=_NEAREST)
    guess = "Did you mean " + " or ".join(repr(_beside(path, by_stem[n])) for n in near) + "? "
    return (
        f"{guess if near else ''}Known: default, a run folder or a .safetensors file. Train one "
        "with: augscore train score FOLDER --out RUN. See: augscore model info"
    )


def _names_beside(path: Path) -> list[str]:
    """The bundled name, and the runs and model files in the folder where `path` should lie."""
    try:
        with os.scandir(path.parent) as entries:
            beside = [e.name for e in itertools.islice(entries, _LOOKED_AT) if _is_model(e)]
    except OSError:
        beside = []
    return [BUNDLED, *sorted(beside)]


def _is_model(entry: os.DirEntry[str]) -> bool:
    return entry.name.endswith(SUFFIX) or os.path.isfile(os.path.join(entry, IN_A_RUN))


def _beside(path: Path, name: str) -> str:
    return name if name == BUNDLED else str(path.with_name(name))
