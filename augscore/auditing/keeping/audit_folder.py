"""The folder of an audit: its mark, the measurements as a journal, and the report, last of all.

The measurements stay when the audit is finished: the same command judges them anew, by other gates
too, and a later audit is paired with them. A part of a sharded audit has no report, and says in
`finished.json` that it is one. An audit by several processes at once has such a part of each under
`parts`, until they are joined.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from augscore.auditing.keeping.plain import from_plain
from augscore.auditing.run import Entry
from augscore.auditing.table import ImageRecord, Table
from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json, read_object
from augscore.outputs import prepare_folder, printable, refusal, remove_stale
from augscore.runs.differences import Change, differences
from augscore.runs.journal import Journal, read_journal
from augscore.runs.lock import locked
from augscore.runs.mark import RUN_FILE, lasting_names, mark, marked_settings, refuse_inputs
from augscore.runs.parts import PART_FILE, placed
from augscore.runs.run_folder import begun_otherwise
from augscore.runs.shard import Shard

COMMAND = "audit"
MEASUREMENTS = "measurements.jsonl"
FINISHED = "finished.json"
PARTS = "parts"
REPORT, PAGE, COMMENT, JUNIT = "report.json", "report.html", "report.md", "junit.xml"
CURVES, GALLERY = "curves.png", "gallery.png"
PICTURES = (CURVES, GALLERY)
_OURS = frozenset(
    [RUN_FILE, PART_FILE, FINISHED, MEASUREMENTS, REPORT, PAGE, COMMENT, JUNIT, *PICTURES]
)
_SKIPPED, _TABLE = "skipped", "table"


@dataclass(frozen=True)
class Claim:
    """Whose a folder is to be: an audit of these settings; `empty` is its table without records.

    `processes`: how many at once make it, None for one.
    """

    settings: Json
    empty: Table
    processes: int | None = None


@contextmanager
def claimed_audit(
    folder: Path, claim: Claim, inputs: Sequence[Path], *, force: bool
) -> Iterator[None]:
    """Hold the folder; a new one gets its mark. With `force` any audit is begun anew.

    Raises UsageError: `run_in_use`, `resume_mismatch` for an audit of other settings, each named,
    `output_exists` for a folder of something else; else as `outputs.prepare_folder`.
    """
    try:
        refuse_inputs(folder, inputs, purpose=COMMAND)
    except OSError as error:
        raise refusal(folder, error) from error
    prepare_folder(folder)
    with locked(folder):
        old = marked_settings(folder, COMMAND)
        changed = [] if old is None else _changed(folder, old, claim)
        if old is None:
            _refuse_strangers(folder, force=force)
        elif changed and not force:
            raise begun_otherwise(folder, changed)
        remove_stale(folder)
        if old is None or changed or force:
            _begin(folder, claim)
        yield


def part_of(folder: Path, shard: Shard) -> Path:
    """Where the process of this shard keeps its part."""
    return folder / PARTS / f"{shard.index}-of-{shard.count}"


def remove_parts(folder: Path) -> None:
    if (folder / PARTS).is_dir():
        shutil.rmtree(folder / PARTS)


def earlier(folder: Path) -> Iterator[Entry]:
    """What was measured before, in its order."""
    return map(to_entry, read_journal(folder / MEASUREMENTS))


def table_in(folder: Path) -> Table | None:
    """What a finished or interrupted audit measured, as a table; None where there is none."""
    told = read_object(folder / RUN_FILE).get(_TABLE)
    records = tuple(entry for entry in earlier(folder) if isinstance(entry, ImageRecord))
    if marked_settings(folder, COMMAND) is None or not records:
        return None
    return replace(from_plain(Table, told), records=records)


def journal(folder: Path) -> Journal:
    return Journal(folder / MEASUREMENTS)


@contextmanager
def whole_journal(out: Path | None) -> Iterator[Journal | None]:
    """Of the whole, begun anew; None without a folder."""
    if out is None:
        yield None
        return
    (out / MEASUREMENTS).unlink(missing_ok=True)
    with journal(out) as new:
        yield new


def to_line(entry: Entry, place: int) -> Json:
    """As a journal holds it."""
    line = {_SKIPPED: asdict(entry)} if isinstance(entry, Skipped) else asdict(entry)
    return placed(line, place)


def to_entry(line: Json) -> Entry:
    if _SKIPPED in line:
        return from_plain(Skipped, line[_SKIPPED])
    return from_plain(ImageRecord, line)


def _changed(folder: Path, old: Json, claim: Claim) -> list[Change]:
    changed = differences(old, claim.settings)
    begun = _processes(folder)
    if begun is not None and begun != claim.processes:
        changed.append(Change("processes", begun, claim.processes or 1))
    return changed


def _processes(folder: Path) -> int | None:
    """How many processes began parts in it."""
    names = sorted(path.name for path in (folder / PARTS).glob("*-of-*"))
    return int(names[0].rpartition("-")[2]) if names else None


def _begin(folder: Path, claim: Claim) -> None:
    for name in _OURS:
        (folder / name).unlink(missing_ok=True)
    remove_parts(folder)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    mark(folder, COMMAND, claim.settings, {"began": began, _TABLE: asdict(claim.empty)})


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
