"""The folder of one measurement: a journal while it runs, then rows, a sheet, and the summary last.

A folder that holds `summary.json` with `complete: true` is finished. One with a journal alone is
continued by the same command: its settings and the fingerprint of its images stand in `run.json`.
A part of a sharded measurement says so in `part.json`, and keeps its journal for the merge. One by
several processes at once has such a part of each under `parts`, until they are joined.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json, read_object
from augscore.measuring.measurement import Measurement
from augscore.measuring.plan import MeasurePlan
from augscore.measuring.row_json import Record, from_record, to_record
from augscore.measuring.rows import Row
from augscore.measuring.sheet import contact_sheet
from augscore.measuring.tables import TABLES, write_table
from augscore.measuring.terms import Terms
from augscore.measuring.terms_json import terms_record
from augscore.outputs import (
    RowWriter,
    prepare_folder,
    printable,
    refusal,
    write_bytes,
    write_json,
)
from augscore.runs.journal import Journal, read_journal
from augscore.runs.mark import RUN_FILE, lasting_names, mark, marked_settings, refuse_inputs
from augscore.runs.parts import IMAGES, PART_FILE, Part, write_part
from augscore.runs.shard import Shard

COMMAND = "measure"
JOURNAL = "journal.jsonl"
SKIPS = "skipped.jsonl"
SHEET = "sheet.png"
SUMMARY = "summary.json"
PARTS = "parts"
_OURS = frozenset([RUN_FILE, PART_FILE, JOURNAL, SKIPS, SHEET, SUMMARY, *TABLES.values()])


def claim_folder(folder: Path, inputs: Sequence[Path], *, force: bool) -> None:
    """Refuse a finished result, somebody else's files and the images' own folders; try to write.

    Only files of a folder with a `run.json` of ours are ever replaced, with `force` too.
    Raises UsageError (`output_exists`, `output_unwritable`), else as `outputs.prepare_folder`.
    """
    try:
        refuse_inputs(folder, inputs, purpose=COMMAND)
        if folder.is_dir():
            _refuse_strangers(folder, force=force)
            _refuse_finished(folder, force=force)
    except OSError as error:
        raise refusal(folder, error) from error
    prepare_folder(folder)


def _refuse_strangers(folder: Path, *, force: bool) -> None:
    ours = marked_settings(folder, COMMAND) is not None
    names = lasting_names(folder)
    replaced = [] if ours else [name for name in names if name in _OURS]
    if replaced:
        raise _taken(
            folder,
            f"holds a file {printable(replaced[0])} that augscore did not write",
            "Choose another --out",
        )
    others = [name for name in names if name not in _OURS and not (ours and name == PARTS)]
    if others and not force:
        raise _taken(
            folder,
            f"holds other files ({printable(others[0])})",
            "Choose an empty or a new folder for --out, or --force to write beside them",
        )


@dataclass(frozen=True)
class OutFolder:
    """Opened for a result on these terms; `begin_folder` makes it."""

    folder: Path
    terms: Terms

    def earlier(self) -> Iterator[Record]:
        """What an interrupted run left, in its order."""
        return map(from_record, read_journal(self.folder / JOURNAL))

    def journal(self) -> Journal:
        return Journal(self.folder / JOURNAL)

    def publish(self, result: Measurement, form: str, *, safe_cells: bool = False) -> list[str]:
        """Write everything that people open, the summary last; → the names of the files."""
        names = [TABLES[form]]
        write_table(self.folder / TABLES[form], self._rows(), safe_cells=safe_cells)
        if result.data.skipped:
            names.append(SKIPS)
            with RowWriter(self.folder / SKIPS) as file:
                for item in self.earlier():
                    if isinstance(item, Skipped):
                        file.write(to_record(item))
        if result.data.measured:
            names.append(SHEET)
            write_bytes(self.folder / SHEET, contact_sheet(self.terms, self._rows))
        write_json(self.folder / SUMMARY, _without_rows(result))
        if result.complete and result.config.shard is None:
            (self.folder / JOURNAL).unlink(missing_ok=True)
            _remove_parts(self.folder)
        return [*names, SUMMARY]

    def _rows(self) -> Iterator[Row]:
        return (item for item in self.earlier() if not isinstance(item, Skipped))


def begin_folder(folder: Path, plan: MeasurePlan, *, force: bool) -> OutFolder:
    """Take up an interrupted measurement of the same settings and images, or begin a new one.

    Raises UsageError (`output_exists`) where the folder holds an interrupted one of others.
    """
    _take_up(folder, {**plan.settings, IMAGES: plan.survey.fingerprint}, force=force)
    if plan.shard is not None:
        part = Part(folder, plan.shard, _shared(plan), terms_record(plan.terms))
        write_part(part, COMMAND)
    return OutFolder(folder, plan.terms)


def begin_shared(folder: Path, plan: MeasurePlan, processes: int, *, force: bool) -> None:
    """The folder of a measurement by several processes, before they begin their parts. Raises as
    `begin_folder`, also where there were more or fewer."""
    one = {"shard": None, "device": plan.scorer.device.type, "processes": processes}
    _take_up(folder, {**plan.settings, **one, IMAGES: plan.survey.fingerprint}, force=force)


def part_of(folder: Path, shard: Shard) -> Path:
    """Where the process of this shard keeps its part."""
    return folder / PARTS / f"{shard.index}-of-{shard.count}"


def begin_merged(folder: Path, settings: Json, terms: Terms, *, force: bool) -> OutFolder:
    """For the sum of parts of these settings, from their first record on. Raises as
    `begin_folder`."""
    _take_up(folder, settings, force=force)
    (folder / JOURNAL).unlink(missing_ok=True)
    return OutFolder(folder, terms)


def _take_up(folder: Path, settings: Json, *, force: bool) -> None:
    old = None if force else marked_settings(folder, COMMAND)
    begun = (folder / JOURNAL).exists() or (folder / PARTS).exists()
    if old is not None and begun:
        _refuse_others(folder, old, settings)
    else:
        if marked_settings(folder, COMMAND) is not None:
            _remove_parts(folder)
        for name in _OURS:
            (folder / name).unlink(missing_ok=True)
    (folder / SUMMARY).unlink(missing_ok=True)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    mark(folder, COMMAND, settings, {"began": began})


def _remove_parts(folder: Path) -> None:
    if (folder / PARTS).is_dir():
        shutil.rmtree(folder / PARTS)


def _shared(plan: MeasurePlan) -> dict[str, object]:
    """Parts may use accelerators of several numbers, and copies of the images."""
    settings = {key: value for key, value in plan.settings.items() if key != "shard"}
    return {**settings, "device": plan.scorer.device.type, IMAGES: plan.survey.listing}


def _refuse_finished(folder: Path, *, force: bool) -> None:
    if not force and is_finished(read_object(folder / SUMMARY)):
        raise _taken(
            folder, "holds a finished result", "Choose another folder, or --force to replace it"
        )


def _refuse_others(folder: Path, old: Mapping[str, object], new: Mapping[str, object]) -> None:
    keys = [key for key in dict.fromkeys(chain(old, new)) if old.get(key) != new.get(key)]
    named = [(key, key.replace("_", "-")) for key in keys if key != IMAGES]
    changed = [f"{name}: {old.get(key)} → {new.get(key)}" for key, name in named]
    if keys == [IMAGES]:
        changed = ["images: others, or changed since"]
    if changed:
        raise _taken(
            folder,
            f"holds an unfinished result of other settings ({printable('; '.join(changed))})",
            "Use the same settings to continue it, another --out, or --force to measure anew",
        )


def is_finished(document: Json) -> bool:
    """Of a part also without any image; a whole one that measured nothing may be tried again."""
    config = document.get("config")
    is_part = isinstance(config, dict) and config.get("shard") is not None
    return document.get("complete") is True and (is_part or document.get("summary") is not None)


def _without_rows(result: Measurement) -> dict[str, object]:
    """The document of --json without its rows, which the folder holds beside it."""
    document = result.to_json()
    for rows in ("images", "pairs", "skipped"):
        if rows in document:
            document[rows] = []
    document["rows_truncated"] = bool(result.data.measured or result.data.skipped)
    return document


def _taken(folder: Path, what: str, hint: str) -> UsageError:
    name = printable(str(folder))
    return UsageError(f"{name!r} {what}", code="output_exists", hint=hint)
