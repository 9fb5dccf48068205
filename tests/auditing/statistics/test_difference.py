"""Differences of means: against plain loops, and their coverage where pairs share a lot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.difference import paired_differences, unpaired_difference
from augscore.auditing.statistics.mean import mean_estimate

NAN = float("nan")


def paired_difference(now: np.ndarray, before: np.ndarray, *, seed: int) -> Estimate | None:
    (found,) = paired_differences([(now, before)], seed=seed)
    return found


def pools(seed: int, images: int = 120, views: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Two measurements of the same images: alike but for 0.1, with a third of the first missing."""
    random = np.random.default_rng(seed)
    shared = random.lognormal(0, 0.7, (images, 1)) + random.normal(0, 0.1, (images, views))
    now = shared + 0.1 + random.normal(0, 0.05, shared.shape)
    now[random.random(shared.shape) < 0.3] = NAN
    return now, shared


def test_the_value_is_the_difference_of_the_two_means() -> None:
    now, before = pools(0)
    found = paired_difference(now, before, seed=0)
    assert found is not None
    known = [x for row in now.tolist() for x in row if not math.isnan(x)]
    everything = [x for row in before.tolist() for x in row]
    expected = math.fsum(known) / len(known) - math.fsum(everything) / len(everything)
    assert found.value == pytest.approx(expected, rel=1e-12)
    assert found.n == 120


def test_without_gaps_it_is_the_mean_of_the_differences() -> None:
    _, before = pools(1)
    now = before * 1.2
    found, direct = paired_difference(now, before, seed=5), mean_estimate(now - before, seed=5)
    assert found is not None
    assert direct is not None
    assert [found.value, found.low, found.high] == pytest.approx(
        [direct.value, direct.low, direct.high], rel=1e-9
    )


def test_pairing_narrows_the_interval() -> None:
    """With nearly all in common, the interval is far narrower than that of independent ones."""
    now, before = pools(2)
    paired = paired_difference(now, before, seed=0)
    unpaired = unpaired_difference(mean_estimate(now, seed=0), mean_estimate(before, seed=0))
    widths = [e.high - e.low for e in (paired, unpaired) if e and e.high and e.low is not None]
    assert widths[0] < 0.5 * widths[1]


def test_it_holds_the_true_difference_as_often_as_it_says() -> None:
    """Gaps that come at random change nothing of what is true: the means differ by 0.1."""
    held = 0
    for seed in range(200):
        found = paired_difference(*pools(seed, images=60), seed=seed)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        held += found.low <= 0.1 <= found.high
    assert 180 <= held <= 199


def test_equal_measurements_differ_by_nothing() -> None:
    _, same = pools(3)
    assert paired_difference(same, same, seed=0) == Estimate(0.0, 0.0, 0.0, 120)


def test_images_that_neither_has_do_not_count() -> None:
    values = np.array([[1.0], [NAN], [2.0]])
    found = paired_difference(values + 1, values, seed=0)
    assert found == Estimate(1.0, None, None, 2)


def test_nothing_to_compare() -> None:
    empty, some = np.full((4, 2), NAN), np.ones((4, 2))
    assert paired_difference(empty, some, seed=0) is None
    assert paired_difference(some, empty, seed=0) is None
    assert paired_difference(np.empty((0, 2)), np.empty((0, 2)), seed=0) is None


def test_many_at_once_are_each_as_alone() -> None:
    pairs = [pools(0), pools(1), (np.full((120, 3), NAN), pools(0)[1]), pools(2)]
    alone = tuple(paired_difference(now, before, seed=4) for now, before in pairs)
    assert alone[2] is None
    together = paired_differences(pairs, seed=4)
    assert together[2] is None
    for one, other in zip(alone, together, strict=True):
        if one is not None and other is not None:
            ends = (other.value, other.low, other.high)
            assert (one.value, one.low, one.high) == pytest.approx(ends, rel=1e-9)
    assert paired_differences([], seed=0) == ()


def test_of_independent_estimates() -> None:
    found = unpaired_difference(Estimate(0.5, 0.4, 0.7, 100), Estimate(0.2, 0.1, 0.25, 50))
    assert found is not None
    ends = (0.3 - math.hypot(0.1, 0.05), 0.3 + math.hypot(0.2, 0.1))
    assert (found.value, found.low, found.high) == pytest.approx((0.3, *ends))
    assert found.n == 50
    assert unpaired_difference(Estimate(0.5, None, None, 3), Estimate(0.2, 0.1, 0.3, 50)) == (
        Estimate(0.3, None, None, 3)
    )
    assert unpaired_difference(None, Estimate(0.2, 0.1, 0.3, 50)) is None
