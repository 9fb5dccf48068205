"""Rows of bars."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore_cli.sparks import ASCII_BARS, BARS, spark


@pytest.mark.parametrize(
    ("values", "bars"),
    [
        ([], ""),
        ([0.0, 0.0], "▁▁"),
        ([0.5], "█"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([-1, 7], "▁█"),
        ([4.4, 4.6, 7], "▅▆█"),
        (list(range(15)), "▁▂▃▄▅▆▇█"),
    ],
)
def test_bars(values: list[float], bars: str) -> None:
    assert spark(values, BARS) == bars


@given(st.lists(st.floats(-10, 1e9), max_size=40))
def test_it_is_short_and_grows_with_the_values(values: list[float]) -> None:
    told = spark(values, ASCII_BARS)
    assert len(told) == min(len(values), 8)
    if len(values) <= 8:
        ranked = sorted(zip(values, told, strict=True))
        assert [bar for _, bar in ranked] == sorted(told)
