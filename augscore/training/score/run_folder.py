"""The folder of a score run: its mark, one process at a time in it, and what is never written over.

`run.json` is the mark: it stands there from the start and says that all the rest is a run's. A
folder without it that holds anything is somebody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from augscore.errors import UsageError
from augscore.outputs import prepare_folder, printable, refusal, remove_stale
from augscore.runs.checkpoint import remove_checkpoints
from augscore.runs.lock import locked
from augscore.runs.mark import RUN_FILE, lasting_names, marked_settings
from augscore.strength.model_path import IN_A_RUN

COMMAND = "train score"
_SHOWN = 60


@contextmanager
def claimed(out: Path, settings: Mapping[str, object], *, force: bool) -> Iterator[None]:
    """Hold the folder, rid of what killed processes left, with `force` also of a finished run.

    Raises UsageError: `run_in_use`, else as `check_folder` and `prepare_folder`.
    """
    prepare_folder(out)
    with locked(out):
        check_folder(out, settings, force=force)
        remove_stale(out)
        remove_stale(checkpoints_of(out))
        if model_of(out).exists():
            _clear_finished(out)
        yield


def check_folder(out: Path, settings: Mapping[str, object], *, force: bool) -> None:
    """Changes nothing. Raises UsageError (`output_exists`, `resume_mismatch`) for a finished run,
    one of other settings, and files that no run wrote; `force` lets these pass, but no such file
    may be in the way of a run's."""
    if not out.is_dir():
        return
    old = marked_settings(out, COMMAND)
    if old is None:
        _refuse_strangers(out, force=force)
    elif model_of(out).exists() and not force:
        raise _finished(out, differences(old, settings))
    elif not force and (changed := differences(old, settings)):
        raise begun_otherwise(out, changed)


def differences(old: Mapping[str, object], new: Mapping[str, object]) -> list[str]:
    """`steps: 10 → 20` for each setting of `new` that was another."""
    return [
        f"{key}: {_shown(old.get(key))} → {_shown(value)}"
        for key, value in new.items()
        if old.get(key) != value
    ]


def begun_otherwise(out: Path, changed: Sequence[str]) -> UsageError:
    return UsageError(
        f"'{out}' was begun with other settings ({'; '.join(changed)})",
        code="resume_mismatch",
        hint="Use the same settings to continue it, another --out, or --force to begin anew",
    )


def model_of(out: Path) -> Path:
    return out / IN_A_RUN


def checkpoints_of(out: Path) -> Path:
    return out / "checkpoints"


def metrics_of(out: Path) -> Path:
    return out / "metrics.jsonl"


def _refuse_strangers(out: Path, *, force: bool) -> None:
    try:
        names = lasting_names(out)
    except OSError as error:
        raise refusal(out, error) from error
    ours = {path.name for path in (model_of(out), checkpoints_of(out), metrics_of(out))}
    in_the_way = [name for name in names if name in ours | {RUN_FILE}]
    if in_the_way:
        raise _taken(out, f"holds {in_the_way[0]} of something else", "Choose another --out")
    if names and not force:
        raise _taken(
            out,
            f"holds other files ({printable(names[0])})",
            "Choose an empty or a new folder for --out, or --force to write beside them",
        )


def _clear_finished(out: Path) -> None:
    # The model goes last: as long as it is there, the same command clears the rest again.
    remove_checkpoints(checkpoints_of(out))
    model_of(out).unlink()


def _finished(out: Path, changed: Sequence[str]) -> UsageError:
    others = f", of other settings ({'; '.join(changed)})" if changed else ""
    return UsageError(
        f"{printable(repr(str(model_of(out))))} exists: this run is finished{others}",
        code="output_exists",
        hint="Choose another --out, or --force to train anew",
    )


def _taken(out: Path, what: str, hint: str) -> UsageError:
    return UsageError(f"{printable(repr(str(out)))} {what}", code="output_exists", hint=hint)


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
