"""Two tables over the images and draws that both have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from augscore.auditing.audit import Estimate
from augscore.auditing.columns import Columns, Floats, columns_of
from augscore.auditing.concluding.op_results import effective_strengths
from augscore.auditing.concluding.policy_result import unchanged
from augscore.auditing.scale import scale_of
from augscore.auditing.statistics.difference import paired_differences
from augscore.auditing.table import Table


@dataclass(frozen=True)
class Paired:
    """`changes` are now minus before over `images` common images, by the names of numbers in
    report.json; a number that one of the tables lacks has none."""

    changes: Mapping[str, Estimate]
    images: int


def pair_up(now: Table, before: Table, *, seed: int) -> Paired:
    """Images by their names, in the order of `now`; each table keeps the scale of all its own."""
    places = {record.id: place for place, record in enumerate(before.records)}
    common = [(i, places[r.id]) for i, r in enumerate(now.records) if r.id in places]
    here = _values(now, [i for i, _ in common])
    there = _values(before, [i for _, i in common])
    keys = [key for key in here if key in there]
    changes = paired_differences([(here[key], there[key]) for key in keys], seed=seed)
    found = {key: change for key, change in zip(keys, changes, strict=True) if change}
    return Paired(found, len(common))


def _values(table: Table, rows: Sequence[int]) -> dict[str, Floats]:
    """(N, K) arrays of the images in those rows; strengths over that of two unrelated images."""
    columns = columns_of(replace(table, records=tuple(table.records[row] for row in rows)))
    found = {
        "policy.unchanged_share": unchanged(columns),
        "policy.destroyed_share": columns.destroyed,
    }
    for place, part in enumerate(table.parts):
        found[f"ops.{part.path}.applied"] = columns.applied[:, :, place]
    unit = scale_of(columns_of(table)).unrelated_strength
    if unit:
        strengths = _strengths(table, columns)
        found |= {key: values / unit for key, values in strengths.items()}
    return found


def _strengths(table: Table, columns: Columns) -> dict[str, Floats]:
    found = {
        "policy.strength": columns.views.strength,
        "policy.view_strength": columns.between.strength,
    }
    for place, part in enumerate(table.parts):
        found[f"ops.{part.path}.strength"] = columns.alone.strength[:, :, place]
        found[f"ops.{part.path}.effective"] = effective_strengths(columns, place)
    return found
