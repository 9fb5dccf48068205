"""Bootstrap intervals: deterministic, over images, with the coverage that they claim."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.strength import intervals
from augscore.strength.intervals import median_interval, median_intervals


def test_an_interval_is_a_function_of_values_and_seed() -> None:
    values = np.random.default_rng(0).normal(size=(30, 2))
    assert median_interval(values, seed=1) == median_interval(values, seed=1)
    assert median_interval(values, seed=1) != median_interval(values, seed=2)


def test_chunks_do_not_change_it(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=(30, 2))
    whole = median_interval(values, seed=1)
    monkeypatch.setattr(intervals, "_CHUNK", 700)
    assert median_interval(values, seed=1) == whole


def test_it_covers_the_true_median_as_often_as_it_says() -> None:
    """Within 4 standard errors of 95 % for 300 samples of 41 values of a skewed law."""
    random = np.random.default_rng(5)
    hits = 0
    for trial in range(300):
        low, high = median_interval(random.exponential(size=(41, 1)), seed=trial)
        hits += low <= np.log(2) <= high
    assert 0.90 <= hits / 300 <= 0.995


def test_a_lower_level_gives_a_narrower_interval() -> None:
    values = np.random.default_rng(0).normal(size=(50, 1))
    low95, high95 = median_interval(values, seed=0)
    low50, high50 = median_interval(values, seed=0, level=0.5)
    assert low95 < low50 < high50 < high95


def test_all_views_of_an_image_are_drawn_together() -> None:
    """Copies of a view add no certainty; further images do."""
    one = np.random.default_rng(0).normal(size=(40, 1))
    low, high = median_interval(one, seed=0)
    copies = median_interval(np.repeat(one, 10, axis=1), seed=0)
    assert copies == pytest.approx((low, high))
    more = np.random.default_rng(0).normal(size=(400, 1))
    narrow = median_interval(more, seed=0)
    assert narrow[1] - narrow[0] < 0.6 * (high - low)


def test_one_image_has_an_interval_of_no_width() -> None:
    assert median_interval(np.array([[1.0, 2.0, 9.0]]), seed=0) == (2.0, 2.0)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12))
def test_it_stays_within_the_values(values: list[float]) -> None:
    low, high = median_interval(np.array(values)[:, None], seed=0)
    assert min(values) <= low <= high <= max(values)


def test_each_condition_has_the_interval_that_it_has_alone() -> None:
    values = np.random.default_rng(0).normal(size=(30, 3)) + np.arange(3.0)
    lows, highs = median_intervals(values, range(30), seed=1)
    for k in range(3):
        assert median_interval(values[:, [k]], seed=1) == (lows[k], highs[k])


def test_rows_of_one_source_are_drawn_together() -> None:
    """Crops of the same image add little certainty; more images do."""
    few = np.random.default_rng(0).normal(size=(10, 1))
    crops, sources = np.repeat(few, 20, axis=0), np.repeat(np.arange(10), 20)
    lows, highs = median_intervals(crops, sources.tolist(), seed=0)
    low, high = median_interval(few, seed=0)
    assert (lows[0], highs[0]) == pytest.approx((low, high), abs=0.2)
    alone_lows, alone_highs = median_intervals(crops, range(200), seed=0)
    assert highs[0] - lows[0] > 2 * (alone_highs[0] - alone_lows[0])
