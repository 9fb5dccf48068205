"""Rank correlation within rows, held to scipy's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr

from augscore.studies.figures.rank_agreement import (
    Floats,
    agreement_of_changes,
    rank_agreement,
)

SIZES = np.array([0.0, 1.0, 2.0, 2.0, 5.0, 7.0])
_FEW_VALUES = st.integers(-3, 3).map(float)


@given(arrays(np.float64, (4, 6), elements=_FEW_VALUES))
def test_it_is_spearmans_with_ties(readings: Floats) -> None:
    found = rank_agreement(readings, SIZES)
    for row, value in zip(readings, found, strict=True):
        if len(set(row)) == 1:
            assert np.isnan(value)
        else:
            assert value == np.float64(value)
            assert abs(value - spearmanr(row, SIZES).statistic) < 1e-12


def test_order_alone_counts() -> None:
    rows = np.array([[0.0, 1.0, 10.0, 11.0, 100.0, 101.0], [6.0, 5.0, 4.0, 3.0, 2.0, 1.0]])
    found = rank_agreement(rows, np.arange(6.0))
    assert found.tolist() == [1.0, -1.0]


def test_levels_that_repeat_the_view_before_count_once() -> None:
    readings = np.array([[0.0, 0.0, 2.0, 2.0, 5.0], [0.0, 0.0, 0.0, 0.0, 0.0], [0, 3, 2, 1, 4]])
    digests = np.array([[7, 7, 8, 8, 9], [7, 7, 7, 7, 7], [1, 2, 3, 4, 5]])
    found = agreement_of_changes(readings, np.arange(5.0), digests)
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert found[2] == spearmanr(readings[2], np.arange(5.0)).statistic


def test_a_reading_that_stays_while_the_view_changes_still_counts() -> None:
    readings, digests = np.array([[0.0, 1.0, 1.0, 1.0]]), np.arange(4)[None]
    assert agreement_of_changes(readings, np.arange(4.0), digests)[0] < 0.8
