"""Paired differences, held to arithmetic by hand and to Student's density, integrated."""

from __future__ import annotations

import math
from statistics import stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.studies.comparisons import comparisons_of, groups_of, spread_of
from tests.studies.made_up import rows

VALUES = st.lists(st.floats(0, 100), min_size=2, max_size=11)


def _within(reach: float, degrees: int) -> float:
    """Probability that Student's t lies between ±reach: Simpson's rule on its density."""
    scale = math.gamma((degrees + 1) / 2) / math.gamma(degrees / 2) / math.sqrt(degrees * math.pi)
    parts = 2000
    width = reach / parts
    density = [(1 + (i * width) ** 2 / degrees) ** (-(degrees + 1) / 2) for i in range(parts + 1)]
    inner = 4 * sum(density[1:-1:2]) + 2 * sum(density[2:-1:2])
    return float(2 * scale * width / 3 * (density[0] + inner + density[-1]))


def _reach(values: list[float]) -> float:
    """Half of the interval in standard errors."""
    spread = spread_of(values)
    assert spread.low is not None
    assert spread.high is not None
    assert spread.mean - spread.low == pytest.approx(spread.high - spread.mean)
    return (spread.high - spread.mean) / (stdev(values) / math.sqrt(len(values)))


@given(VALUES)
def test_mean_and_sd_are_those_of_sums(values: list[float]) -> None:
    spread = spread_of(values)
    mean = sum(values) / len(values)
    variance = sum((v - mean) ** 2 for v in values) / (len(values) - 1)
    assert spread.mean == pytest.approx(mean)
    assert spread.sd == pytest.approx(math.sqrt(variance), abs=1e-9)


@pytest.mark.parametrize("n", range(2, 12))
def test_the_interval_holds_95_per_cent_of_students_t(n: int) -> None:
    assert _within(_reach([float(i) for i in range(n)]), n - 1) == pytest.approx(0.95, abs=5e-5)


@pytest.mark.parametrize("n", [12, 40])
def test_beyond_the_table_the_interval_is_too_wide_rather_than_too_narrow(n: int) -> None:
    assert 0.95 < _within(_reach([float(i) for i in range(n)]), n - 1) < 0.97


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
