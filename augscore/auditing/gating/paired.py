"""Two tables over the images and draws that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from augscore.auditing.audit import Estimate
from augscore.auditing.columns import Columns, Floats, columns_of
from augscore.auditing.op_results import effective_strengths
from augscore.auditing.policy_result import unchanged
from augscore.auditing.scale import scale_of
from augscore.auditing.statistics.difference import paired_difference
from augscore.auditing.table import Table


@dataclass(frozen=True)
class Side:
    """One table, reduced to common images; `unit` is its strength of two unrelated images."""

    columns: Columns
    places: Mapping[str, int]
    unit: float | None

    def of_policy(self, what: str) -> Floats | None:
        """(N, K) of `strength`, `view_strength`, `unchanged_share` or `destroyed_share`."""
        if what == "strength":
            return self._relative(self.columns.views.strength)
        if what == "view_strength":
            return self._relative(self.columns.between.strength)
        return unchanged(self.columns) if what == "unchanged_share" else self.columns.destroyed

    def of_op(self, path: str, what: str) -> Floats | None:
        """(N, K) of `strength`, `effective` or `applied`; None for an operation of others."""
        place = self.places.get(path)
        if place is None:
            return None
        if what == "applied":
            return self.columns.applied[:, :, place]
        if what == "effective":
            return self._relative(effective_strengths(self.columns, place))
        return self._relative(self.columns.alone.strength[:, :, place])

    def _relative(self, values: Floats) -> Floats | None:
        return None if self.unit is None else values / self.unit


@dataclass(frozen=True)
class Paired:
    """`now` and `before` row by row of the same image; `images` of them."""

    now: Side
    before: Side
    images: int
    seed: int

    def of_policy(self, what: str) -> Estimate | None:
        return self._difference(self.now.of_policy(what), self.before.of_policy(what))

    def of_op(self, path: str, what: str) -> Estimate | None:
        return self._difference(self.now.of_op(path, what), self.before.of_op(path, what))

    def _difference(self, now: Floats | None, before: Floats | None) -> Estimate | None:
        if now is None or before is None:
            return None
        return paired_difference(now, before, seed=self.seed)


def pair_up(now: Table, before: Table, *, seed: int) -> Paired:
    """Images by their names, in the order of `now`; each table keeps the scale of all its own."""
    places = {record.id: place for place, record in enumerate(before.records)}
    common = [(i, places[r.id]) for i, r in enumerate(now.records) if r.id in places]
    here = _side(now, [i for i, _ in common])
    return Paired(here, _side(before, [i for _, i in common]), len(common), seed)


def _side(table: Table, rows: Sequence[int]) -> Side:
    common = replace(table, records=tuple(table.records[row] for row in rows))
    places = {part.path: place for place, part in enumerate(table.parts)}
    return Side(columns_of(common), places, scale_of(columns_of(table)).unrelated_strength)
