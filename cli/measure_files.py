"""What `measure` writes: rows as they come, a contact sheet, and the summary last."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from augscore.errors import UsageError

from .extremes import Typical, views_of
from .names import shown, shown_path
from .results import STDOUT

if TYPE_CHECKING:
    from augscore.measuring.rows import ImageRow, Measurement, PairRow

SUMMARY = "summary.json"
SHEET = "sheet.png"
ROWS = {"jsonl": "rows.jsonl", "csv": "rows.csv"}


def claim_folder(folder: Path, *, force: bool) -> None:
    """Refuse a finished result and a folder of somebody else's files, before any work."""
    from augscore.outputs import prepare_folder

    if folder.is_dir() and not force:
        if _is_finished(folder / SUMMARY):
            raise UsageError(
                f"{shown_path(folder)} holds a finished result",
                code="output_exists",
                hint="Choose another --out, or --force to measure anew",
            )
        strangers = sorted(p.name for p in folder.iterdir() if not _is_ours(p.name))
        if strangers:
            raise UsageError(
                f"{shown_path(folder)} holds other files ({shown(strangers[0])})",
                code="output_exists",
                hint="Choose an empty or a new folder for --out, or --force to write beside them",
            )
    prepare_folder(folder)


def check_target(target: str | None, option: str) -> None:
    """A single file to write, `-` is stdout."""
    from augscore.outputs import check_writable

    if target is None or target == STDOUT:
        return
    if not target:
        raise click.UsageError(f"{option} needs the name of a file, or - for stdout")
    check_writable(Path(target))


def row_records(row: ImageRow | PairRow) -> Iterator[dict[str, object]]:
    """One flat record a view, in the order of the views."""
    from augscore.measuring.rows import PairRow

    if isinstance(row, PairRow):
        head: dict[str, object] = {"reference": row.reference, "distorted": row.distorted}
        norms: dict[str, object] = {}
    else:
        head, norms = {"path": row.path}, {"score_norm": list(row.score_norm)}
    shared = {"typicality": row.typicality, "notes": list(row.notes)}
    for index, view in enumerate(views_of(row)):
        yield {**head, "view": index, **asdict(view), **shared, **norms}


def summary_document(result: Measurement) -> dict[str, object]:
    """The document of --json without its rows, which the folder holds beside it."""
    document = result.to_json()
    for rows in ("images", "pairs"):
        if rows in document:
            document[rows] = []
    document["rows_truncated"] = True
    return document


def list_text(rows: Sequence[Typical]) -> str:
    """CSV, least typical first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["path", "typicality", "notes"])
    writer.writerows([shown(r.name), repr(r.typicality), " ".join(r.notes)] for r in rows)
    return text.getvalue()


def _is_finished(summary: Path) -> bool:
    try:
        document = json.loads(summary.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    is_complete = isinstance(document, dict) and document.get("complete") is True
    return is_complete and document.get("summary") is not None


def _is_ours(name: str) -> bool:
    return name in (SUMMARY, SHEET, *ROWS.values()) or (name.startswith(".") and ".tmp-" in name)
