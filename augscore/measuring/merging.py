"""Parts of a sharded measurement → the measurement, as if one process had made it.

The records come in the order of the walk, since each bears its place; duplicates are found anew
among all of them, and everything else is counted from them as it was in each part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json, mapping, number, optional, read_object, whole
from augscore.measuring.concluding import RowSink, conclude, settle
from augscore.measuring.measurement import Measurement
from augscore.measuring.out_folder import COMMAND, JOURNAL, SUMMARY, is_finished
from augscore.measuring.plan import of_one_size
from augscore.measuring.row_json import Record, from_record
from augscore.measuring.rows import ImageRow
from augscore.measuring.run import RecordSink
from augscore.measuring.sources import Source, source_at
from augscore.measuring.tables import TABLES
from augscore.measuring.tally import Tally
from augscore.measuring.terms import Terms
from augscore.measuring.terms_json import config_of, ladder_of, model_of, place_of, policy_of
from augscore.runs.journal import read_journal
from augscore.runs.mark import marked_settings
from augscore.runs.parts import Part, in_order, read_part, unfinished, whole_set
from augscore.runtime import Note, NoteSink

YARDSTICK_TOLERANCE = 1e-3
"""Relative; two kinds of processor differ by far less, and other images by far more."""


@dataclass(frozen=True)
class Finished:
    """What the parts say together.

    settings   those of the whole, as in its `run.json`
    form       of the parts' tables
    tool       what measured the first part
    counted    the first part's counts; what is ignored, every part has counted for the whole
    records    how many there are in all parts
    unrelated  the median strength between two different images
    """

    journals: tuple[Path, ...]
    terms: Terms
    settings: Json
    form: str
    tool: Json
    counted: Json
    records: int
    unrelated: float | None


def read_parts(folders: Sequence[Path], policy: Policy | None, note: NoteSink) -> Finished:
    """Everything but the records. `policy` is needed for a pipeline of another library, which no
    part can hold.

    Raises UsageError for what does not make a whole: `no_part`, `part_unfinished`, `parts_differ`,
    `part_twice`, `part_missing`; `policy_foreign` and `parts_differ` for the policy.
    """
    found = [read_part(folder, COMMAND) for folder in folders]
    summaries = {part.folder: _summary(part) for part in found}
    parts = whole_set(found)
    documents = [summaries[part.folder] for part in parts]
    counts = [mapping(document["data"]) for document in documents]
    tools = [mapping(document["tool"]) for document in documents]
    _tell_other_tools(tools, note)
    return Finished(
        journals=tuple(part.folder / JOURNAL for part in parts),
        terms=_terms(parts, policy, counts[0]["root"], note),
        settings={**(marked_settings(parts[0].folder, COMMAND) or {}), "shard": None},
        form=_form(parts[0]),
        tool=tools[0],
        counted=counts[0],
        records=sum(whole(data["measured"]) + whole(data["skipped"]) for data in counts),
        unrelated=_unrelated(documents),
    )


def join(
    finished: Finished,
    *,
    record: RecordSink = lambda record, place: None,
    rows: RowSink = lambda row: None,
    keep_rows: bool = True,
) -> Measurement:
    """The records, one after the other, and what they come to. Raises UsageError
    (`parts_differ`) where the records of the parts do not make a whole."""
    tally = Tally(keep_rows)
    tally.ignored = _counter(finished.counted["ignored_by_reason"])
    tally.extensions = _counter(finished.counted["ignored_extensions"])
    journals = [read_journal(path) for path in finished.journals]
    for place, entry in enumerate(in_order(journals, finished.records)):
        item = _marked_anew(from_record(entry), tally)
        record(item, place)
        settle(item, tally, rows)
    seen = tally.measured + tally.skipped + tally.ignored.total()
    tally.left_out = whole(finished.counted["found"]) - seen
    return conclude(
        finished.terms,
        tally,
        tool=finished.tool,
        unrelated=finished.unrelated,
        stopped_by=None,
    )


def _summary(part: Part) -> Json:
    document = read_object(part.folder / SUMMARY)
    if not is_finished(document) or not (part.folder / JOURNAL).exists():
        raise unfinished(part)
    return document


def _marked_anew(record: Record, tally: Tally) -> Record:
    """As a duplicate or not, among the images of all parts; a part adds its note last."""
    if isinstance(record, Skipped):
        return record
    if isinstance(record, ImageRow) and record.duplicate_of is not None:
        record = replace(record, notes=record.notes[:-1], duplicate_of=None)
    return tally.marked(record)


def _terms(parts: Sequence[Part], given: Policy | None, root: object, note: NoteSink) -> Terms:
    first = parts[0].terms
    config = replace(config_of(first), shard=None)
    devices = {config_of(part.terms).device for part in parts}
    if len(devices) > 1:
        config = replace(config, device=config.device.partition(":")[0])
    policy = policy_of(first) if given is None else of_one_size(given)
    if given is not None and policy_digest(given) != config.policy_digest:
        raise UsageError(
            f"the parts were measured with another policy than {given.name!r}",
            code="parts_differ",
        )
    if config.policy is not None and policy is None:
        raise UsageError(
            f"{config.policy!r} is a pipeline of another library, which the parts cannot hold",
            code="policy_foreign",
            hint="Name it with --policy and --allow-code",
        )
    source = replace(_source(parts, note), root=optional(root, str))
    return Terms(config, model_of(first), ladder_of(first), source, policy)


def _source(parts: Sequence[Part], note: NoteSink) -> Source:
    """Where the first part found the images, or another did; empty where they are gone."""
    places = [place_of(part.terms) for part in parts]
    for place in dict.fromkeys(place for place in places if place is not None):
        try:
            return source_at(place)
        except UsageError:
            continue
    note(Note("images_gone", "the images are not here, so the contact sheet lacks them"))
    return Source(None, lambda: iter(()))


def _form(part: Part) -> str:
    return next(form for form, name in TABLES.items() if (part.folder / name).exists())


def _tell_other_tools(tools: Sequence[Json], note: NoteSink) -> None:
    names = dict.fromkeys(chain.from_iterable(tools))
    differing = [name for name in names if len({str(tool.get(name)) for tool in tools}) > 1]
    if differing:
        told = f"the parts differ in {', '.join(differing)}: the last digits may, too"
        note(Note("parts_of_many_tools", told))


def _unrelated(documents: Sequence[Json]) -> float | None:
    summaries = [document["summary"] for document in documents]
    found = [optional(mapping(s)["unrelated"], number) for s in summaries if s is not None]
    known = [value for value in found if value is not None]
    if not known:
        return None
    if not math.isclose(min(known), max(known), rel_tol=YARDSTICK_TOLERANCE):
        raise UsageError(
            f"two unrelated images lie {min(known):.4g} apart in one part and {max(known):.4g} in "
            "another: the images have changed between them",
            code="parts_differ",
        )
    return known[0]


def _counter(counts: object) -> Counter[str]:
    return Counter({key: whole(value) for key, value in mapping(counts).items()})
