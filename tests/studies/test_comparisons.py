"""Paired differences, held to arithmetic by hand and to scipy's t distribution."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]

from augscore.studies.comparisons import comparisons_of, groups_of, spread_of
from tests.studies.made_up import rows

VALUES = st.lists(st.floats(0, 100), min_size=2, max_size=11)


@given(VALUES)
def test_the_interval_is_that_of_a_t_test(values: list[float]) -> None:
    spread = spread_of(values)
    sd = math.sqrt(sum((v - spread.mean) ** 2 for v in values) / (len(values) - 1))
    assert spread.sd == pytest.approx(sd, abs=1e-9)
    reach = stats.t.ppf(0.975, len(values) - 1) * sd / math.sqrt(len(values))
    assert spread.low is not None
    assert spread.high is not None
    assert spread.mean - spread.low == pytest.approx(reach, rel=1e-3, abs=1e-9)
    assert spread.high - spread.mean == pytest.approx(reach, rel=1e-3, abs=1e-9)


def test_beyond_the_table_the_interval_is_too_wide_rather_than_too_narrow() -> None:
    values = [float(i % 7) for i in range(40)]
    spread = spread_of(values)
    assert spread.sd is not None
    assert spread.high is not None
    exact = stats.t.ppf(0.975, 39) * spread.sd / math.sqrt(40)
    assert exact <= spread.high - spread.mean <= 1.2 * exact


def test_differences_are_those_of_equal_seeds() -> None:
    made = rows({("simclr", "none"): [60, 70], ("simclr", "score"): [61, 73, 99]})
    (found,) = comparisons_of(made)
    assert (found.seeds, found.differences) == ((0, 1), (1.0, 3.0))
    assert found.spread.mean == 2.0
    assert found.spread.sd == pytest.approx(math.sqrt(2))
    assert found.verdict == "unclear"


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        ([61.0, 71.1, 80.9], "better"),
        ([59.0, 68.9, 79.1], "worse"),
        ([61.0, 69.0, 80.5], "unclear"),
        ([65.0], "once"),
    ],
)
def test_a_verdict_needs_an_interval_without_zero(score: list[float], verdict: str) -> None:
    made = rows({("simclr", "none"): [60.0, 70.0, 80.0], ("simclr", "score"): score})
    assert [c.verdict for c in comparisons_of(made)] == [verdict]


def test_score_is_also_held_to_its_permutation_and_methods_stay_apart() -> None:
    made = rows(
        {
            ("simclr", "none"): [60],
            ("simclr", "score"): [62],
            ("simclr", "permuted"): [61],
            ("vicreg", "score"): [50],
        }
    )
    found = {(c.method, c.weighting, c.base): c.differences for c in comparisons_of(made)}
    assert found == {
        ("simclr", "score", "none"): (2.0,),
        ("simclr", "permuted", "none"): (1.0,),
        ("simclr", "score", "permuted"): (1.0,),
    }


def test_groups_keep_a_method_together() -> None:
    made = rows({("simclr", "none"): [60, 62], ("vicreg", "none"): [50], ("simclr", "score"): [61]})
    groups = [(g.method, g.weighting, g.knn.n, g.knn.mean) for g in groups_of(made)]
    assert groups == [
        ("simclr", "none", 2, 61.0),
        ("simclr", "score", 1, 61.0),
        ("vicreg", "none", 1, 50.0),
    ]
