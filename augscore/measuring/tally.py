"""What has been seen so far: counts, columns, first copies, and the rows that a result shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from augscore.images.records import Ignored, Skipped
from augscore.images.sniff import extension_of
from augscore.keys import ImageId
from augscore.measuring.columns import Columns
from augscore.measuring.measurement import ROWS_IN_JSON, DataCounts
from augscore.measuring.rows import ImageRow, PairRow, Row

_MOST_EXTENSIONS = 1000


@dataclass
class Tally:
    """`keep_rows`: whether rows are wanted in the result, or only their numbers."""

    keep_rows: bool = True
    left_out: int = 0
    skipped: int = 0
    distinct: int = 0
    labelled: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    extensions: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    columns: Columns = field(default_factory=Columns)
    kept: list[Row] = field(default_factory=list)
    kept_skips: list[Skipped] = field(default_factory=list)
    firsts: dict[str, ImageId] = field(default_factory=dict)

    @property
    def measured(self) -> int:
        return len(self.columns)

    @property
    def truncated(self) -> bool:
        return self.measured > len(self.kept) or self.skipped > len(self.kept_skips)

    def ignore(self, entry: Ignored) -> None:
        self.ignored[entry.reason] += 1
        extension = extension_of(entry.name)
        if entry.reason == "other_extension" and len(self.extensions) < _MOST_EXTENSIONS:
            self.extensions[extension] += 1

    def skip(self, item: Skipped) -> None:
        self.skipped += 1
        self.reasons[item.reason] += 1
        if len(self.kept_skips) < ROWS_IN_JSON:
            self.kept_skips.append(item)

    def marked(self, row: Row) -> Row:
        """The row with the note `duplicate` and the name of the first, if its bytes came before."""
        if isinstance(row, PairRow) or not row.digest:
            return row
        first = self.firsts.get(row.digest, row.path)
        if first == row.path:
            return row
        return replace(row, notes=(*row.notes, "duplicate"), duplicate_of=first)

    def take(self, row: Row) -> None:
        self.columns.add(row)
        self.labelled += row.label is not None
        if isinstance(row, PairRow) or row.duplicate_of is None:
            self.distinct += 1
        if isinstance(row, ImageRow) and row.digest:
            self.firsts.setdefault(row.digest, row.path)
        if self.keep_rows and len(self.kept) < ROWS_IN_JSON:
            self.kept.append(row)

    def counts(self, root: str | None) -> DataCounts:
        return DataCounts(
            root=root,
            found=self.measured + self.skipped + self.ignored.total() + self.left_out,
            measured=self.measured,
            skipped=self.skipped,
            ignored=self.ignored.total(),
            left_out=self.left_out,
            distinct=self.distinct,
            labelled=self.labelled,
            skipped_by_reason=_sorted(self.reasons),
            ignored_by_reason=_sorted(self.ignored),
            ignored_extensions=_sorted(self.extensions),
        )


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
