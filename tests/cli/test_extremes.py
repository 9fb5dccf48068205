"""Which rows are remembered while they stream by."""

from __future__ import annotations

from typing import Any

import pytest

from augscore.measuring.rows import PairRow
from augscore_cli.extremes import Extremes


@pytest.mark.parametrize("keep_all", [False, True])
def test_the_ends_of_a_long_stream(keep_all: bool, make: Any) -> None:
    extremes = Extremes(3, keep_all=keep_all)
    count = 2500
    for i in range(count):
        rank = i * 7 % count
        extremes.add(make.image(f"{rank:05d}", rank / 100, make.view(rank / 10, 0.1)))
    extremes.finish()
    first = [f"{i:05d}" for i in range(3)]
    assert [v.name for v in extremes.weakest] == first
    assert [v.name for v in extremes.strongest] == [f"{count - 1 - i:05d}" for i in range(3)]
    assert [t.name for t in extremes.least_typical()[:3]] == first
    assert len(extremes.typical) == (count if keep_all else 3)


def test_memory_stays_small_without_a_list(make: Any) -> None:
    extremes = Extremes(3, keep_all=False)
    for i in range(5000):
        extremes.add(make.image(str(i), 1.0))
    assert max(len(extremes.typical), len(extremes.weakest), len(extremes.strongest)) < 1100


def test_the_order_of_reading_does_not_show(make: Any) -> None:
    rows = [make.image(name, 1.0, make.view(0.5, 0.1)) for name in "bca"]

    def ends(order: list[Any]) -> Extremes:
        extremes = Extremes(2, keep_all=False)
        for row in order:
            extremes.add(row)
        extremes.finish()
        return extremes

    assert ends(rows) == ends(rows[::-1])
    assert [v.name for v in ends(rows).strongest] == ["a", "b"]


def test_the_least_typical_of_pairs_are_originals(make: Any) -> None:
    extremes = Extremes(3, keep_all=True)
    extremes.add(PairRow("original.jpg", "blurred.jpg", 2.0, (), make.view(0.1, 0.01)))
    assert [row.name for row in extremes.least_typical()] == ["original.jpg"]
    assert [view.name for view in extremes.weakest] == ["blurred.jpg"]
