"""Tests and fits against scipy, closed forms and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from augscore.auditing.statistics.binomial import binomial_p
from augscore.auditing.statistics.falls import clearest_fall
from augscore.auditing.statistics.holm import holm
from augscore.auditing.statistics.isotonic import isotonic_fit
from augscore.auditing.statistics.ranks import kruskal_wallis_p, ranks, spearman_with_order
from augscore.auditing.statistics.student import t_tail

NUMBERS = st.floats(-5, 5, width=32)


@settings(deadline=None)
@given(st.integers(1, 400), st.floats(0, 1), st.floats(0.01, 0.99))
def test_binomial_is_scipys(total: int, part: float, chance: float) -> None:
    hits = round(part * total)
    expected = stats.binomtest(hits, total, chance).pvalue
    assert binomial_p(hits, total, chance) == pytest.approx(expected, rel=1e-5, abs=1e-12)


@pytest.mark.parametrize(
    ("hits", "chance", "p"), [(0, 0.0, 1), (1, 0.0, 0), (9, 1.0, 1), (8, 1, 0)]
)
def test_a_certain_coin_is_right_or_wrong(hits: int, chance: float, p: float) -> None:
    assert binomial_p(hits, 9, chance) == p


def test_many_draws_do_not_overflow() -> None:
    expected = stats.binomtest(40_400, 80_000, 0.5).pvalue
    assert binomial_p(40_400, 80_000, 0.5) == pytest.approx(expected, rel=1e-5)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_holm_is_its_definition(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    ordered = sorted(p_values)
    for p, found in zip(p_values, adjusted, strict=True):
        smaller = [min(1.0, (len(ordered) - i) * q) for i, q in enumerate(ordered) if q <= p]
        assert found == max(smaller)
        assert p <= found <= 1


def test_holm_of_an_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=30))
def test_ranks_are_scipys(values: list[float]) -> None:
    assert ranks(np.array(values)).tolist() == stats.rankdata(values).tolist()


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=3, max_size=15))
def test_spearman_is_scipys(values: list[float]) -> None:
    found = spearman_with_order(np.array(values))
    if len(set(values)) == 1:
        assert found == 0
    else:
        expected = stats.spearmanr(range(len(values)), values).statistic
        assert found == pytest.approx(expected, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=2, max_size=20), min_size=2, max_size=5))
def test_kruskal_wallis_is_scipys(groups: list[list[int]]) -> None:
    columns = [np.array(group, dtype=np.float64) for group in groups]
    found = kruskal_wallis_p(columns)
    if len({value for group in groups for value in group}) == 1:
        assert found == 1
    else:
        assert found == pytest.approx(stats.kruskal(*groups).pvalue, rel=1e-9, abs=1e-6)


def test_kruskal_wallis_of_one_group_says_nothing() -> None:
    assert kruskal_wallis_p([np.arange(5.0)]) == 1
    assert kruskal_wallis_p([np.arange(5.0), np.empty(0)]) == 1
    assert kruskal_wallis_p([]) == 1


@settings(deadline=None)
@given(st.lists(NUMBERS, min_size=1, max_size=25))
def test_the_isotonic_fit_is_scipys(values: list[float]) -> None:
    expected = optimize.isotonic_regression(values).x
    assert isotonic_fit(values) == pytest.approx(expected.tolist(), abs=1e-9)


@pytest.mark.parametrize("freedom", [30, 49, 199, 999])
@pytest.mark.parametrize("t", [-3.0, 0.0, 1.5, 3.0, 5.0])
def test_the_tail_of_t_is_scipys_within_a_per_cent(t: float, freedom: int) -> None:
    assert t_tail(t, freedom) == pytest.approx(stats.t.sf(t, freedom), rel=0.01)


def test_the_ends_of_t() -> None:
    assert t_tail(math.inf, 5) == 0
    assert t_tail(-math.inf, 5) == 1


def test_the_surest_fall_is_a_paired_t_test_of_all_pairs() -> None:
    random = np.random.default_rng(0)
    curve = random.normal([0.1, 0.6, 0.45, 0.1, 0.7], 0.3, (80, 5))
    curve += random.normal(0, 1, (80, 1))
    curve[5, 1] = np.nan
    tests = {}
    for a in range(5):
        for b in range(a + 1, 5):
            both = ~np.isnan(curve[:, a] - curve[:, b])
            test = stats.ttest_rel(curve[both, a], curve[both, b], alternative="greater")
            tests[a, b] = (test.pvalue, (curve[both, a] - curve[both, b]).mean())
    place = min(tests, key=lambda pair: tests[pair][0])
    found = clearest_fall(curve)
    assert found is not None
    assert (found.high, found.low) == place == (1, 3)
    assert found.drop == pytest.approx(tests[place][1])
    assert found.p == pytest.approx(min(1, 10 * tests[place][0]), rel=0.03)
    assert found.n == 79


def test_of_falls_beyond_doubt_the_deepest_is_told() -> None:
    curve = np.random.default_rng(0).normal([0.4, 0.3, 0.0, 0.2], 0.05, (200, 4))
    found = clearest_fall(curve)
    assert found is not None
    assert (found.high, found.low) == (0, 2)


def test_no_fall_where_nothing_falls_enough() -> None:
    rising = np.arange(4.0) + np.zeros((60, 1))
    assert clearest_fall(rising) is None
    assert clearest_fall(-0.01 * rising, least=0.05) is None
    assert clearest_fall(np.full((60, 4), np.nan)) is None
    assert clearest_fall(np.empty((0, 4))) is None


def test_a_fall_of_every_image_alike_is_sure() -> None:
    found = clearest_fall(np.tile([0.0, 0.5, 0.25], (60, 1)))
    assert found is not None
    assert (found.high, found.low, found.drop, found.p) == (1, 2, 0.25, 0.0)


def test_noise_alone_seldom_falls() -> None:
    """A flat curve of 11 levels, 300 times: at most 5 % and some error of that."""
    random = np.random.default_rng(1)
    falls = [clearest_fall(random.normal(0, 1, (200, 11))) for _ in range(300)]
    assert sum(fall is not None and fall.p <= 0.05 for fall in falls) <= 24
