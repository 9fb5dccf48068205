"""The folder of a run: its mark, one process at a time in it, and what is never written over.

`run.json` is the mark: it stands there from the start and says that all the rest is a run's. A
folder without it that holds anything is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from augscore.errors import UsageError
from augscore.outputs import prepare_folder, printable, refusal, remove_stale
from augscore.runs.checkpoint import remove_checkpoints
from augscore.runs.differences import Change, differences, listed, only_length
from augscore.runs.lock import locked
from augscore.runs.mark import RUN_FILE, lasting_names, marked_command, marked_settings

_NO_OTHER_LENGTH = "A run cannot be made longer or shorter, for its rates depend on its length"


@dataclass(frozen=True)
class RunKind:
    """What made a run, and how one sees that it is finished.

    command     the words that began it, `train score`
    product     the file that comes last: a run that has it is finished
    others      files and folders, besides checkpoints and metrics, that are a run's own
    """

    command: str
    product: str
    others: tuple[str, ...] = ()


@contextmanager
def claimed(
    out: Path, kind: RunKind, settings: Mapping[str, object], *, force: bool
) -> Iterator[None]:
    """Hold the folder, rid of what killed processes left, with `force` also of a finished run.

    Raises UsageError: `run_in_use`, else as `check_folder` and `prepare_folder`.
    """
    prepare_folder(out)
    with locked(out):
        check_folder(out, kind, settings, force=force)
        remove_stale(out)
        remove_stale(checkpoints_of(out))
        if (out / kind.product).exists():
            _clear_finished(out, kind)
        yield


def check_folder(out: Path, kind: RunKind, settings: Mapping[str, object], *, force: bool) -> None:
    """Changes nothing. Raises UsageError (`output_exists`, `resume_mismatch`) for a finished run,
    one of other settings, and files that no run wrote; `force` lets these pass, but no such file
    may be in the way of a run's."""
    if not out.is_dir():
        return
    old = marked_settings(out, kind.command)
    if old is None:
        _refuse_strangers(out, kind, force=force)
    elif (out / kind.product).exists() and not force:
        raise _finished(out / kind.product, differences(old, settings))
    elif not force and (changed := differences(old, settings)):
        raise begun_otherwise(out, changed)


def begun_otherwise(out: Path, changed: Sequence[Change], *, force: bool = True) -> UsageError:
    """`force`: whether the command that was asked has such an option."""
    same = "Use the same settings to continue it"
    if only_length(changed):
        same = f"{_NO_OTHER_LENGTH}: {same.lower()}"
    ways = "another --out, or --force to begin anew" if force else "or another --out"
    return UsageError(
        f"'{out}' was begun with other settings ({listed(changed)})",
        code="resume_mismatch",
        hint=f"{same}, {ways}",
    )


def checkpoints_of(out: Path) -> Path:
    return out / "checkpoints"


def metrics_of(out: Path) -> Path:
    return out / "metrics.jsonl"


def _refuse_strangers(out: Path, kind: RunKind, *, force: bool) -> None:
    try:
        names = lasting_names(out)
    except OSError as error:
        raise refusal(out, error) from error
    ours = {RUN_FILE, kind.product, *kind.others, checkpoints_of(out).name, metrics_of(out).name}
    in_the_way = [name for name in names if name in ours]
    if in_the_way and (command := marked_command(out)) is not None:
        raise _taken(out, f"is the output of augscore {command}", "Choose another --out")
    if in_the_way:
        raise _taken(out, f"holds {in_the_way[0]} of something else", "Choose another --out")
    if names and not force:
        raise _taken(
            out,
            f"holds other files ({printable(names[0])})",
            "Choose an empty or a new folder for --out, or --force to write beside them",
        )


def _clear_finished(out: Path, kind: RunKind) -> None:
    # The product goes last: as long as it is there, the same command clears the rest again.
    remove_checkpoints(checkpoints_of(out))
    (out / kind.product).unlink()


def _finished(product: Path, changed: Sequence[Change]) -> UsageError:
    others = f", of other settings ({listed(changed)})" if changed else ""
    first = f"{_NO_OTHER_LENGTH}: choose" if only_length(changed) else "Choose"
    return UsageError(
        f"{printable(repr(str(product)))} exists: this run is finished{others}",
        code="output_exists",
        hint=f"{first} another --out, or --force to train anew",
    )


def _taken(out: Path, what: str, hint: str) -> UsageError:
    return UsageError(f"{printable(repr(str(out)))} {what}", code="output_exists", hint=hint)
