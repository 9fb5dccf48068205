"""Shares against scipy's Wilson interval, and views that come by images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from augscore.auditing.statistics.share import clustered_share_estimate, share_estimate, wilson


@settings(deadline=None)
@given(st.integers(1, 5000), st.floats(0, 1))
def test_the_interval_is_that_of_wilson(total: int, part: float) -> None:
    hits = round(part * total)
    found = share_estimate(hits, total)
    assert found is not None
    expected = stats.binomtest(hits, total).proportion_ci(0.95, method="wilson")
    assert found.value == hits / total
    assert found.n == total
    assert found.low == pytest.approx(expected.low, abs=1e-12)
    assert found.high == pytest.approx(expected.high, abs=1e-12)


def test_nothing_gives_no_share() -> None:
    assert share_estimate(0, 0) is None
    assert clustered_share_estimate(np.full((3, 2), np.nan)) is None
    assert clustered_share_estimate(np.empty((0, 2))) is None


def test_views_that_always_agree_count_once_an_image() -> None:
    hits = np.repeat((np.arange(100) < 30).astype(float)[:, None], 4, axis=1)
    found, alone = clustered_share_estimate(hits), share_estimate(30, 100)
    assert found is not None
    assert alone is not None
    assert found.n == 400
    assert (found.value, found.low, found.high) == pytest.approx(
        (alone.value, alone.low, alone.high), rel=2e-3
    )


def test_independent_views_count_nearly_all() -> None:
    hits = (np.random.default_rng(0).random((500, 4)) < 0.3).astype(float)
    found, apart = clustered_share_estimate(hits), share_estimate(int(hits.sum()), hits.size)
    assert found is not None
    assert apart is not None
    assert (found.low, found.high) == pytest.approx((apart.low, apart.high), abs=4e-3)
    assert found.high is not None
    assert apart.high is not None
    assert found.high >= apart.high - 1e-9


def test_where_all_agree_an_image_counts_once() -> None:
    found, alone = clustered_share_estimate(np.zeros((50, 4))), share_estimate(0, 50)
    assert found is not None
    assert alone is not None
    assert (found.value, found.low, found.high) == (alone.value, alone.low, alone.high)


def test_the_design_effect_by_loops() -> None:
    random = np.random.default_rng(3)
    hits = (random.random((40, 3)) < random.random((40, 1))).astype(float)
    hits[random.random(hits.shape) < 0.2] = np.nan
    images = [[v for v in row if v == v] for row in hits.tolist()]
    images = [row for row in images if row]
    total = sum(len(row) for row in images)
    share = sum(map(sum, images)) / total
    squares = sum((sum(row) - share * len(row)) ** 2 for row in images)
    variance = len(images) / (len(images) - 1) * squares / total**2
    worth = share * (1 - share) / variance
    assert len(images) < worth < total
    found = clustered_share_estimate(hits)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(wilson(share, worth), abs=1e-12)


def test_missing_views_are_left_out() -> None:
    hits = np.array([[1.0, np.nan], [0.0, 0.0], [np.nan, np.nan], [1.0, 0.0]])
    found = clustered_share_estimate(hits)
    assert found is not None
    assert found.value == 2 / 5
    assert found.n == 5


@pytest.mark.parametrize("within", [0.0, 0.8])
def test_the_interval_of_views_covers_as_it_says(within: float) -> None:
    """1,000 sets of 100 images with 4 views whose hits go together with probability `within`."""
    random = np.random.default_rng(7)
    covered = 0
    for _ in range(1000):
        own = random.random((100, 1)) < 0.2
        apart = random.random((100, 4)) < 0.2
        hits = np.where(random.random((100, 4)) < within, own, apart).astype(float)
        found = clustered_share_estimate(hits)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.2 <= found.high
    assert 0.93 <= covered / 1000 <= 0.985
