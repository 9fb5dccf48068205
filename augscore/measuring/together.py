"""One measurement by all processes that torchrun started: each takes its shard, the first joins.

With a folder, each process keeps its part in it, `parts/2-of-3` say, so that the same command
continues whatever ended it; the parts go once the whole is written. All processes must see the
folder. Without one, records stay in memory and are gathered at the first process in the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from augscore.errors import HostError
from augscore.json_values import Json
from augscore.measuring.concluding import RowSink
from augscore.measuring.measurement import Measurement
from augscore.measuring.merging import Finished, Share, check_shares, join, share_of
from augscore.measuring.out_folder import (
    JOURNAL,
    OutFolder,
    begin_folder,
    begin_shared,
    part_of,
)
from augscore.measuring.plan import MeasurePlan
from augscore.measuring.row_json import Record, to_record
from augscore.measuring.run import RecordSink
from augscore.measuring.terms import Terms
from augscore.outputs import prepare_folder
from augscore.runs.journal import Journal, read_journal
from augscore.runs.meeting import agreed, at_first, from_all
from augscore.runs.parts import placed
from augscore.runs.ranks import own_shard, rank, ranks
from augscore.runs.shard import Shard
from augscore.runtime import Note, NoteSink

Measure = Callable[[Iterable[Record], RecordSink], Measurement]
"""Carries out a plan, given the records that are there, and a sink for further ones."""


def measure_share(
    plan: MeasurePlan, measure: Measure, out: Path | None, *, force: bool, note: NoteSink
) -> tuple[Measurement, Finished | None]:
    """What this process has measured; and at the first, all shares, if none was stopped.

    `plan` is that of one's own shard. Where a signal stopped any process, the measurement of all is
    incomplete. Raises UsageError (`output_exists`) as `begin_folder`, HostError (`process_lost`).
    """
    records: list[Json] = []
    if out is None:
        own = measure((), lambda item, place: records.append(placed(to_record(item), place)))
    else:
        own = _kept(_begun(plan, out, force=force), measure, note)
    stops = [by for by in from_all(own.stopped_by) if by is not None]
    if stops:
        return replace(own, complete=False, stopped_by=own.stopped_by or stops[0]), None
    told = at_first((share_of(own), records))
    if not told:
        return own, None
    shares = [share for share, _ in told]
    check_shares(shares, note)
    journals = [found for _, found in told] if out is None else _journals(out, shares)
    return own, Finished(tuple(journals), tuple(shares), whole_terms(plan), {}, "")


def joined(
    finished: Finished, out: OutFolder | None, *, rows: RowSink, keep_rows: bool
) -> Measurement:
    """The whole; its records go into the journal of `out`, from which the rest is written."""
    if out is None:
        return join(finished, rows=rows, keep_rows=keep_rows)
    (out.folder / JOURNAL).unlink(missing_ok=True)
    with out.journal() as journal:
        return join(finished, record=_sink(journal), rows=rows, keep_rows=keep_rows)


def whole_terms(plan: MeasurePlan) -> Terms:
    """Those of all processes, whose accelerators have several numbers."""
    config = replace(plan.config, shard=None, device=plan.scorer.device.type)
    return replace(plan.terms, config=config)


def _begun(plan: MeasurePlan, out: Path, *, force: bool) -> OutFolder:
    """This process's part. The whole folder bears its mark first: walks must not differ."""

    def begin_whole() -> None:
        if rank() == 0:
            begin_shared(out, plan, ranks(), force=force)

    def begin_own() -> OutFolder:
        folder = part_of(out, own_shard())
        prepare_folder(folder)
        return begin_folder(folder, plan, force=False)

    agreed(begin_whole)
    return agreed(begin_own)


def _kept(part: OutFolder, measure: Measure, note: NoteSink) -> Measurement:
    with part.journal() as journal:
        found = sum(from_all(journal.found))
        if found:
            note(Note("continued", f"continues: {found:,} files were done before"))
        return measure(part.earlier(), _sink(journal))


def _sink(journal: Journal) -> RecordSink:
    return lambda item, place: journal.append(placed(to_record(item), place))


def _journals(out: Path, shares: Sequence[Share]) -> list[Iterable[Json]]:
    paths = [part_of(out, Shard(i, ranks())) / JOURNAL for i in range(1, ranks() + 1)]
    for path, share in zip(paths, shares, strict=True):
        if share.records and not path.exists():
            raise HostError(
                f"cannot find {str(path)!r}, which another process has written",
                code="output_unwritable",
                hint="Choose an --out that all processes see, or none",
            )
    return [read_journal(path) for path in paths]
