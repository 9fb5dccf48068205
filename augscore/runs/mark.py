"""Whose a folder is: `run.json` in it, written first, says that a run of augscore made the rest."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from augscore.errors import UsageError
from augscore.json_values import Json, read_object
from augscore.outputs import printable, write_json
from augscore.runs import lock

RUN_FILE = "run.json"
RUN_SCHEMA = "augscore.run/1"
_LONGEST = 1 << 16


def is_run(folder: str | Path) -> bool:
    """Whether the folder is an output of augscore, whatever the command."""
    return _document(folder).get("schema") == RUN_SCHEMA


def marked_settings(folder: Path, command: str) -> Json | None:
    """What the run of this command that made the folder was asked for, or None."""
    document = _document(folder)
    ours = document.get("schema") == RUN_SCHEMA and document.get("command") == command
    settings = document.get("settings") if ours else None
    return settings if isinstance(settings, dict) else None


def marked_facts(folder: Path) -> Json:
    """All that the mark says; nothing where there is none."""
    document = _document(folder)
    return document if document.get("schema") == RUN_SCHEMA else {}


def marked_command(folder: Path) -> str | None:
    """What made the folder, or None where it bears no mark."""
    document = _document(folder)
    command = document.get("command")
    return command if document.get("schema") == RUN_SCHEMA and isinstance(command, str) else None


def mark(folder: Path, command: str, settings: Json, facts: Mapping[str, object]) -> None:
    """Write `run.json`; `facts`: what does not bind the run. Raises as `write_bytes`."""
    document = {"schema": RUN_SCHEMA, "command": command, "settings": settings, **facts}
    write_json(folder / RUN_FILE, document)


def refuse_inputs(folder: Path, inputs: Sequence[Path], *, purpose: str) -> None:
    """An output may lie inside the images, but not the images inside the output: UsageError
    (`output_unwritable`). `purpose`: what the images are there for, "measure"."""
    real = os.path.realpath(folder)
    if any(Path(os.path.realpath(path)).is_relative_to(real) for path in inputs):
        raise UsageError(
            f"{printable(repr(str(folder)))} holds the images to {purpose}",
            code="output_unwritable",
            hint="Choose another --out; a folder inside the images is fine",
        )


def lasting_names(folder: Path) -> list[str]:
    """What is in the folder, sorted, but for what a process at work or a killed one leaves."""
    return sorted(path.name for path in folder.iterdir() if not _is_passing(path.name))


def _is_passing(name: str) -> bool:
    return name == lock.NAME or (name.startswith(".") and ".tmp-" in name)


def _document(folder: str | Path) -> Json:
    return read_object(os.path.join(folder, RUN_FILE), _LONGEST)
