"""Parts of a sharded measurement → the measurement, as if one process had made it.

The records come in the order of the walk, since each bears its place; duplicates are found anew
among all of them, and everything else is counted from them as it was in each part.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from augscore.engine.policy import Policy
from augscore.engine.policy_file.digest import policy_digest
from augscore.errors import UsageError
from augscore.images.records import Skipped
from augscore.json_values import Json, mapping, number, optional, read_object, text, whole
from augscore.measuring.concluding import RowSink, conclude, settle
from augscore.measuring.measurement import DataCounts, Measurement
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
from augscore.runs.parts import Part, in_order, read_part, tell_tools, unfinished, whole_set
from augscore.runtime import Note, NoteSink

YARDSTICK_TOLERANCE = 1e-3
"""Relative; two kinds of processor differ by far less, and other images by far more."""


@dataclass(frozen=True)
class Share:
    """What one part says beside its records: how many they are, what measured them, what it
    counted, and the median strength between two different images. What is ignored, every part
    counts for the whole."""

    records: int
    tool: Json
    data: DataCounts
    unrelated: float | None


@dataclass(frozen=True)
class Finished:
    """All parts, in the order of their shards; `journals` are read once. `form`: of their tables;
    `settings`: those of the whole, as in its `run.json`."""

    journals: tuple[Iterable[Json], ...]
    shares: tuple[Share, ...]
    terms: Terms
    settings: Json
    form: str


def share_of(result: Measurement) -> Share:
    return Share(
        result.data.measured + result.data.skipped,
        result.tool,
        result.data,
        None if result.summary is None else result.summary.unrelated,
    )


def read_parts(folders: Sequence[Path], policy: Policy | None, note: NoteSink) -> Finished:
    """Everything but the records. `policy` is needed for a pipeline of another library, which no
    part can hold.

    Raises UsageError for what does not make a whole: `no_part`, `part_unfinished`, `parts_differ`,
    `part_twice`, `part_missing`; `policy_foreign` and `parts_differ` for the policy.
    """
    found = [read_part(folder, COMMAND) for folder in folders]
    summaries = {part.folder: _summary(part) for part in found}
    parts = whole_set(found)
    shares = tuple(_share(summaries[part.folder]) for part in parts)
    check_shares(shares, note)
    return Finished(
        journals=tuple(read_journal(part.folder / JOURNAL) for part in parts),
        shares=shares,
        terms=_terms(parts, policy, shares[0].data.root, note),
        settings={**(marked_settings(parts[0].folder, COMMAND) or {}), "shard": None},
        form=_form(parts[0]),
    )


def check_shares(shares: Sequence[Share], note: NoteSink) -> None:
    """Raises UsageError (`parts_differ`) where the images of some were others."""
    _unrelated(shares)
    tell_tools([share.tool for share in shares], note)


def join(
    finished: Finished,
    *,
    record: RecordSink = lambda record, place: None,
    rows: RowSink = lambda row: None,
    keep_rows: bool = True,
) -> Measurement:
    """The records, one after the other, and what they come to. Raises UsageError
    (`parts_differ`) where the parts do not make a whole."""
    first = finished.shares[0]
    unrelated = _unrelated(finished.shares)
    tally = Tally(keep_rows)
    tally.ignored = Counter(first.data.ignored_by_reason)
    tally.extensions = Counter(first.data.ignored_extensions)
    count = sum(share.records for share in finished.shares)
    for place, entry in enumerate(in_order(finished.journals, count)):
        item = _marked_anew(from_record(entry), tally)
        record(item, place)
        settle(item, tally, rows)
    tally.left_out = first.data.found - count - tally.ignored.total()
    return conclude(finished.terms, tally, tool=first.tool, unrelated=unrelated, stopped_by=None)


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


def _terms(parts: Sequence[Part], given: Policy | None, root: str | None, note: NoteSink) -> Terms:
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
    source = replace(_source(parts, note), root=root)
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


def _unrelated(shares: Sequence[Share]) -> float | None:
    known = [share.unrelated for share in shares if share.unrelated is not None]
    if not known:
        return None
    if not math.isclose(min(known), max(known), rel_tol=YARDSTICK_TOLERANCE):
        raise UsageError(
            f"two unrelated images lie {min(known):.4g} apart in one part and {max(known):.4g} in "
            "another: the images have changed between them",
            code="parts_differ",
        )
    return known[0]


def _share(document: Json) -> Share:
    data, summary = mapping(document["data"]), document["summary"]
    return Share(
        whole(data["measured"]) + whole(data["skipped"]),
        mapping(document["tool"]),
        _counts(data),
        None if summary is None else optional(mapping(summary)["unrelated"], number),
    )


def _counts(data: Json) -> DataCounts:
    names = ("found", "measured", "skipped", "ignored", "left_out", "distinct", "labelled")
    found, measured, skipped, ignored, left_out, distinct, labelled = (
        whole(data[name]) for name in names
    )
    return DataCounts(
        optional(data["root"], text),
        found,
        measured,
        skipped,
        ignored,
        left_out,
        distinct,
        labelled,
        _counter(data["skipped_by_reason"]),
        _counter(data["ignored_by_reason"]),
        _counter(data["ignored_extensions"]),
    )


def _counter(counts: object) -> Counter[str]:
    return Counter({key: whole(value) for key, value in mapping(counts).items()})
