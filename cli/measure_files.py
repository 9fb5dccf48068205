"""The single files that `measure` writes beside its folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from .extremes import Typical
from .names import shown, shown_path
from .results import STDOUT


def check_target(target: str | None, option: str, inputs: Sequence[Path] = ()) -> None:
    """A single file to write, `-` is stdout; never one that is read, and never an image."""
    from augscore.outputs import check_writable

    if target is None or target == STDOUT:
        return
    if not target:
        raise click.UsageError(f"{option} needs the name of a file, or - for stdout")
    path = Path(target)
    if path.is_file():
        _refuse_to_replace(path, option, inputs)
    check_writable(path)


def _refuse_to_replace(path: Path, option: str, inputs: Sequence[Path]) -> None:
    from augscore.images.sniff import HEAD_BYTES, extension_of, sniff

    if any(other.exists() and path.samefile(other) for other in inputs):
        raise click.UsageError(f"{option} {shown_path(path)} would replace what is read from")
    with path.open("rb") as file:
        kind = sniff(file.read(HEAD_BYTES), extension_of(path.name))
    if kind.format or kind.reason == "unsupported_format":
        raise click.UsageError(f"{option} {shown_path(path)} would replace an image")


def list_text(rows: Sequence[Typical], *, safe_cells: bool = False) -> str:
    """CSV, least typical first."""
    from augscore.outputs import harmless

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "typicality", "notes"])
    for row in rows:
        name = harmless(shown(row.name)) if safe_cells else shown(row.name)
        writer.writerow([name, repr(row.typicality), " ".join(row.notes)])
    return text.getvalue()
