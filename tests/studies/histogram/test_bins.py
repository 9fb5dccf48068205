"""Histograms: every image is counted once, and each bin has its own example."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from augscore.studies.figures.rank_agreement import Floats
from augscore.studies.histogram.bins import BINS, Bins, binned, examples_of, overlap
from augscore.studies.histogram.values import Values

_FINITE = st.floats(-5, 5, width=32)


def _values(originals: Floats, views: Floats) -> Values:
    return Values(originals, views, np.abs(views), ((),) * len(views))


@given(arrays(np.float64, 30, elements=_FINITE), arrays(np.float64, 30, elements=_FINITE))
def test_every_image_is_in_one_bin(originals: Floats, views: Floats) -> None:
    scores, strengths = binned(_values(originals, views))
    assert len(scores.edges) == len(strengths.edges) == BINS + 1
    assert (np.diff(scores.edges) > 0).all()
    for bins, name in ((scores, "originals"), (scores, "views"), (strengths, "views")):
        assert sum(bins.counts[name]) == 30
        assert bins.shares(name).sum() == pytest.approx(100)
    assert 0 <= overlap(scores) <= 100 + 1e-9
    examples = examples_of(scores.edges, views)
    for place, count in zip(examples, scores.counts["views"], strict=True):
        assert (place is None) == (count == 0)
    assert len({p for p in examples if p is not None}) == sum(p is not None for p in examples)


def test_examples_lie_nearest_to_the_middle_of_their_bin() -> None:
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    values = np.array([0.1, 0.45, 0.9, 2.2, 2.6, -7.0, 9.0])
    assert examples_of(edges, values) == [1, None, 4]


def test_overlap_is_what_both_share() -> None:
    bins = Bins(np.arange(4.0), {"originals": (10, 0, 0), "views": (5, 5, 0)})
    assert overlap(bins) == 50.0
