"""The folder of an audit: its mark, the measurements as a journal, and the report, last of all.

The measurements stay when the audit is finished: the same command judges them anew, by other gates
too, and a later audit is paired with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from augscore.auditing.plain import from_plain
from augscore.auditing.plan import AuditPlan
from augscore.auditing.run import Entry
from augscore.auditing.table import ImageRecord, Table
from augscore.auditing.terms import empty_table
from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json, read_object
from augscore.outputs import prepare_folder, printable, refusal, remove_stale
from augscore.runs.differences import differences
from augscore.runs.journal import Journal, read_journal
from augscore.runs.lock import locked
from augscore.runs.mark import RUN_FILE, lasting_names, mark, marked_settings, refuse_inputs
from augscore.runs.run_folder import begun_otherwise

COMMAND = "audit"
MEASUREMENTS = "measurements.jsonl"
REPORT, PAGE, COMMENT, JUNIT = "report.json", "report.html", "report.md", "junit.xml"
CURVES, GALLERY = "curves.png", "gallery.png"
PICTURES = (CURVES, GALLERY)
_OURS = frozenset([RUN_FILE, MEASUREMENTS, REPORT, PAGE, COMMENT, JUNIT, *PICTURES])
_SKIPPED, _TABLE = "skipped", "table"


@contextmanager
def claimed_audit(
    folder: Path, plan: AuditPlan, inputs: Sequence[Path], *, force: bool
) -> Iterator[None]:
    """Hold the folder; a new one gets its mark. With `force` one of other settings is begun anew.

    Raises UsageError: `run_in_use`, `resume_mismatch` for an audit of other settings, each named,
    `output_exists` for a folder of something else; else as `outputs.prepare_folder`.
    """
    try:
        refuse_inputs(folder, inputs, purpose=COMMAND)
    except OSError as error:
        raise refusal(folder, error) from error
    prepare_folder(folder)
    settings = plan.settings
    with locked(folder):
        old = marked_settings(folder, COMMAND)
        if old is None:
            _refuse_strangers(folder, force=force)
        elif (changed := differences(old, settings)) and not force:
            raise begun_otherwise(folder, changed)
        remove_stale(folder)
        if old is None or differences(old, settings):
            _begin(folder, plan)
        yield


def earlier(folder: Path) -> Iterator[Entry]:
    """What was measured before, in its order."""
    return map(_entry, read_journal(folder / MEASUREMENTS))


def table_in(folder: Path) -> Table | None:
    """What a finished or interrupted audit measured, as a table; None where there is none."""
    told = read_object(folder / RUN_FILE).get(_TABLE)
    records = tuple(entry for entry in earlier(folder) if isinstance(entry, ImageRecord))
    if marked_settings(folder, COMMAND) is None or not records:
        return None
    return replace(from_plain(Table, told), records=records)


def journal(folder: Path) -> Journal:
    return Journal(folder / MEASUREMENTS)


def to_line(entry: Entry) -> Json:
    return {_SKIPPED: asdict(entry)} if isinstance(entry, Skipped) else asdict(entry)


def _entry(line: Json) -> Entry:
    if _SKIPPED in line:
        return from_plain(Skipped, line[_SKIPPED])
    return from_plain(ImageRecord, line)


def _begin(folder: Path, plan: AuditPlan) -> None:
    for name in _OURS:
        (folder / name).unlink(missing_ok=True)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    mark(folder, COMMAND, plan.settings, {"began": began, _TABLE: asdict(empty_table(plan))})


def _refuse_strangers(folder: Path, *, force: bool) -> None:
    names = lasting_names(folder)
    in_the_way = [name for name in names if name in _OURS]
    told = in_the_way[:1] or ([] if force else names[:1])
    if told:
        raise UsageError(
            f"{printable(repr(str(folder)))} holds other files ({printable(told[0])})",
            code="output_exists",
            hint="Choose an empty or a new folder for --out",
        )
