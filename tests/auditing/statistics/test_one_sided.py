"""One-sided bounds against loops over resamples, and how often they are wrong."""

from __future__ import annotations

import math

import numpy as np
import pytest

from augscore.auditing.statistics.equivalence import equivalence_p
from augscore.auditing.statistics.one_sided import TEST_RESAMPLES, mean_above, mean_below
from augscore.auditing.statistics.resampling import draws


def test_bound_and_p_are_those_of_loops_over_resamples() -> None:
    values = np.random.default_rng(0).lognormal(0, 1, 60)
    mean, error = values.mean(), values.std(ddof=1) / math.sqrt(60)
    scores = []
    for row in np.concatenate(list(draws(60, seed=3, resamples=TEST_RESAMPLES))).astype(int):
        drawn = np.repeat(values, row)
        scores.append((drawn.mean() - mean) / (drawn.std(ddof=1) / math.sqrt(60)))
    limit = mean - 1.5 * error
    found = mean_above(values, limit, seed=3)
    assert found is not None
    assert found.mean == pytest.approx(mean)
    assert found.bound == pytest.approx(mean - np.quantile(scores, 0.95, method="nearest") * error)
    assert found.p == pytest.approx((1 + sum(s >= 1.5 for s in scores)) / 2001, abs=1e-3)
    limit = mean + 1.5 * error
    below = mean_below(values, limit, seed=3)
    assert below is not None
    assert below.mean == pytest.approx(mean)
    assert below.bound == pytest.approx(
        mean - np.quantile(scores, 0.05, method="nearest") * error, rel=0.02
    )
    assert below.p == pytest.approx((1 + sum(s <= -1.5 for s in scores)) / 2001, abs=1e-3)


@pytest.mark.parametrize("images", [60, 300])
def test_a_mean_at_the_limit_is_called_below_it_in_about_five_per_cent(images: int) -> None:
    random = np.random.default_rng(1)
    limit = math.exp(0.125)
    wrong = 0
    for _ in range(300):
        found = mean_below(random.lognormal(0, 0.5, images), limit, seed=0)
        assert found is not None
        wrong += found.p <= 0.05
        assert (found.bound < limit) == (found.p <= 0.05) or abs(found.p - 0.05) < 2e-3
    assert 0.02 <= wrong / 300 <= 0.10


def test_views_of_an_image_count_once() -> None:
    values = np.random.default_rng(2).uniform(0, 1, 40)
    one = mean_above(values, 0.4, seed=0)
    four = mean_above(np.repeat(values[:, None], 4, axis=1), 0.4, seed=0)
    assert one is not None
    assert four is not None
    assert (one.bound, one.p) == pytest.approx((four.bound, four.p))


def test_what_never_varies_decides_by_itself() -> None:
    still = np.full(30, 0.1)
    found = mean_below(still, 0.2, seed=0)
    assert found is not None
    assert (found.mean, found.bound, found.p) == pytest.approx((0.1, 0.1, 0.0))
    above = mean_above(still, 0.2, seed=0)
    assert above is not None
    assert above.p == 1.0
    assert mean_below(np.array([1.0]), 2.0, seed=0) is None
    assert mean_below(np.array([1.0, np.nan]), 2.0, seed=0) is None


def test_equivalence_needs_every_column_on_both_sides() -> None:
    random = np.random.default_rng(3)
    small = random.normal(0, 0.01, (200, 4))
    assert equivalence_p(small, 0.02, seed=0) < 0.01
    for shift in (0.03, -0.03):
        moved = small.copy()
        moved[:, 2] += shift
        assert equivalence_p(moved, 0.02, seed=0) == 1.0


@pytest.mark.parametrize("sign", [1, -1])
def test_equivalence_is_two_one_sided_tests_of_every_column(sign: int) -> None:
    columns = sign * np.random.default_rng(5).normal([0.0, 0.006, -0.008], 0.04, (80, 3))
    tests = []
    for column in columns.T:
        below = mean_below(column, 0.016, seed=2)
        above = mean_above(column, -0.016, seed=2)
        assert below is not None
        assert above is not None
        tests += [below.p, above.p]
    assert 0.001 < max(tests) < 0.5
    assert equivalence_p(columns, 0.02, seed=2) == pytest.approx(max(tests))


def test_equivalence_holds_margins_to_eight_tenths() -> None:
    column = np.random.default_rng(4).normal(0, 1e-4, (100, 1)) + 0.017
    assert equivalence_p(column, 0.02, seed=0) == 1.0
    assert equivalence_p(column, 0.0225, seed=0) < 0.01


def test_equivalence_of_nothing_is_not_shown() -> None:
    assert equivalence_p(np.empty((0, 3)), 0.02, seed=0) == 1.0
    assert equivalence_p(np.empty((30, 0)), 0.02, seed=0) == 1.0
    assert equivalence_p(np.full((30, 1), np.nan), 0.02, seed=0) == 1.0
    assert equivalence_p(np.zeros((30, 2)), 0.02, seed=0) == 0.0
    one_still = np.column_stack([np.zeros(30), np.random.default_rng(0).normal(0, 0.1, 30)])
    assert equivalence_p(one_still, 0.02, seed=0) > 0.1
