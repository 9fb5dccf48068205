"""Parts of a sharded audit → the audit, as if one process had made it.

Their journals are joined in the order of the images' ranks, and judged by what the parts were asked
for. The images and the policy are only needed to draw pictures once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.auditing.anatomy.parts import probes_of
from augscore.auditing.concluding.gallery import Studio
from augscore.auditing.keeping.audit_folder import COMMAND, MEASUREMENTS, to_entry
from augscore.auditing.keeping.part_folder import Asked, asked_in, finished_in, terms_in
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import find_pool, taken_apart
from augscore.auditing.run import Entry, Probed
from augscore.auditing.table import ImageRecord, Table
from augscore.auditing.terms import Terms
from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json
from augscore.measuring.sources import Place, Source, entry_id, source_at
from augscore.runs.journal import Journal, read_journal
from augscore.runs.mark import marked_settings
from augscore.runs.parts import in_order, read_part, tell_tools, unfinished, whole_set
from augscore.runtime import Note, NoteSink


@dataclass(frozen=True)
class Gathered:
    """All parts: their journals, which are read once and hold `records` lines together, of those of
    a job that was `stopped_by` something nobody knows how many; `facts` is the table of the policy
    without records."""

    journals: tuple[Iterable[Json], ...]
    records: int | None
    facts: Table
    stopped_by: str | None = None


@dataclass(frozen=True)
class Whole:
    """What the parts were made of and for; `settings` are those of the whole, as in `run.json`."""

    gathered: Gathered
    terms: Terms
    asked: Asked
    settings: Json


def read_parts(folders: Sequence[Path], note: NoteSink) -> Whole:
    """Everything but the records.

    Raises UsageError for what does not make a whole: `no_part`, `part_unfinished`, `parts_differ`,
    `part_twice`, `part_missing`.
    """
    found = [read_part(folder, COMMAND) for folder in folders]
    finished = {part.folder: finished_in(part) for part in found}
    parts = whole_set(found)
    tell_tools([finished[part.folder].tool for part in parts], note)
    first = parts[0]
    facts = finished[first.folder].facts
    if facts is None:
        raise unfinished(first)
    gathered = Gathered(
        journals=tuple(read_journal(part.folder / MEASUREMENTS) for part in parts),
        records=sum(finished[part.folder].records for part in parts),
        facts=facts,
    )
    settings = {**(marked_settings(first.folder, COMMAND) or {}), "shard": None}
    if len({str(finished[part.folder].tool["device"]) for part in parts}) > 1:
        settings["device"] = terms_in(first).device
    return Whole(gathered, terms_in(first), asked_in(first), settings)


def join(gathered: Gathered, journal: Journal | None) -> Probed:
    """All records in their order, which are also appended to the journal. Raises UsageError
    (`parts_differ`) where one is missing."""
    entries = list(_entries(gathered, journal))
    return Probed(
        tuple(entry for entry in entries if isinstance(entry, ImageRecord)),
        tuple(entry for entry in entries if isinstance(entry, Skipped)),
        gathered.stopped_by,
    )


def studio_again(
    terms: Terms, place: Place | None, policy: Policy | None, note: NoteSink
) -> Studio | None:
    """What draws the pictures, where the images are and the policy is known; else a note."""
    source = _source(place, note)
    if source is None or policy is None:
        return None
    options = AuditOptions(images=terms.images)
    pool = find_pool(source, options, terms.seed)
    apart = replace(taken_apart(policy), name=terms.policy.name)
    return Studio(
        policy=apart,
        probes=probes_of(apart, terms.levels),
        size=terms.size,
        seed=terms.seed,
        draws=terms.draws,
        max_pixels=terms.max_pixels,
        offers={entry_id(offer): offer for offer in pool.offers},
    )


def is_policy_of(terms: Terms, policy: Policy) -> bool:
    return policy_digest(policy) == terms.policy.sha256


def other_policy(name: str) -> UsageError:
    return UsageError(
        f"the parts were audited with another policy than {name!r}", code="parts_differ"
    )


def _entries(gathered: Gathered, journal: Journal | None) -> Iterator[Entry]:
    for line in in_order(gathered.journals, gathered.records):
        if journal is not None:
            journal.append(line)
        yield to_entry(line)


def _source(place: Place | None, note: NoteSink) -> Source | None:
    try:
        return None if place is None else source_at(place)
    except UsageError:
        note(Note("images_gone", "the images are not here, so the report lacks pictures of them"))
        return None
