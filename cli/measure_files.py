"""The single files that `measure` writes beside its folder."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import click

from .extremes import Typical
from .names import shown
from .results import STDOUT


def check_target(target: str | None, option: str) -> None:
    """A single file to write, `-` is stdout."""
    from augscore.outputs import check_writable

    if target is None or target == STDOUT:
        return
    if not target:
        raise click.UsageError(f"{option} needs the name of a file, or - for stdout")
    check_writable(Path(target))


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
