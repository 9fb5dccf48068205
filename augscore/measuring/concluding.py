"""From everything that was taken in to the result."""

from __future__ import annotations

from collections.abc import Callable

from augscore.images.records import Skipped
from augscore.measuring.measurement import Measurement
from augscore.measuring.row_json import Record
from augscore.measuring.rows import ImageRow, Json, PairRow, Row
from augscore.measuring.summary import summarise, summarise_classes
from augscore.measuring.tally import Tally
from augscore.measuring.terms import Terms

RowSink = Callable[[Row], None]


def settle(item: Record, tally: Tally, rows: RowSink) -> None:
    """Take in one record, and hand on what is a row."""
    if isinstance(item, Skipped):
        tally.skip(item)
    else:
        tally.take(item)
        rows(item)


def conclude(
    terms: Terms, tally: Tally, *, tool: Json, unrelated: float | None, stopped_by: str | None
) -> Measurement:
    """`tool`: what measured; `unrelated`: the median strength between two different images."""
    seed = terms.config.seed
    return Measurement(
        complete=stopped_by is None,
        stopped_by=stopped_by,
        tool=tool,
        config=terms.config,
        model=terms.model,
        data=tally.counts(terms.source.root),
        summary=summarise(tally.columns, terms.ladder, unrelated, seed),
        classes=summarise_classes(tally.columns, terms.ladder, seed),
        images=tuple(row for row in tally.kept if isinstance(row, ImageRow)),
        pairs=tuple(row for row in tally.kept if isinstance(row, PairRow)),
        rows_truncated=tally.truncated,
        skipped=tuple(tally.kept_skips),
    )
