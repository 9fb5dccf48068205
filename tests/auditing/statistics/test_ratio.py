"""Ratios against loops, and intervals where a call is shared."""

from __future__ import annotations

import math

import numpy as np
import pytest

from augscore.auditing.statistics.mean import mean_estimate
from augscore.auditing.statistics.ratio import ratio_estimate, ratio_of_means
from augscore.auditing.statistics.resampling import draws
from augscore.auditing.statistics.two_way import two_way_estimate


def test_a_ratio_of_sums_by_loops() -> None:
    random = np.random.default_rng(0)
    wholes = random.uniform(0.5, 1.5, 80)
    parts = 0.4 * wholes + random.normal(0, 0.1, 80)
    parts[3] = wholes[4] = np.nan
    wholes[5] = 0.0
    keep = [i for i in range(80) if i not in (3, 4, 5)]
    found = ratio_estimate(parts, wholes, seed=1)
    assert found is not None
    own, whole = parts[keep], wholes[keep]
    value = math.fsum(own) / math.fsum(whole)
    error = math.sqrt(77 / 76 * math.fsum((own - value * whole) ** 2)) / math.fsum(whole)
    scores = []
    for row in np.concatenate(list(draws(77, seed=1))).astype(int):
        p, w = np.repeat(own, row), np.repeat(whole, row)
        mean = p.sum() / w.sum()
        scores.append((mean - value) / (math.sqrt(77 / 76 * ((p - mean * w) ** 2).sum()) / w.sum()))
    above, below = np.quantile(scores, [0.975, 0.025], method="nearest")
    assert found.n == 77
    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx((value - above * error, value - below * error))


def test_a_ratio_to_nothing_is_none() -> None:
    assert ratio_estimate(np.ones(9), np.zeros(9), seed=0) is None
    assert ratio_estimate(np.empty(0), np.empty(0), seed=0) is None
    few = ratio_estimate(np.ones(3), np.full(3, 2.0), seed=0)
    assert few is not None
    assert (few.value, few.low) == (0.5, None)


def test_a_ratio_of_two_means() -> None:
    random = np.random.default_rng(2)
    above, below = random.uniform(0, 4, 300), random.uniform(0, 2, 400)
    found = ratio_of_means(above, below, seed=0)
    assert found is not None
    assert found.value == pytest.approx(above.mean() / below.mean())
    error = found.value * math.hypot(
        above.std() / above.mean() / math.sqrt(300), below.std() / below.mean() / math.sqrt(400)
    )
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * error, rel=0.1)
    assert ratio_of_means(above, np.zeros(5), seed=0) is None
    assert ratio_of_means(np.empty(0), below, seed=0) is None


def test_images_that_share_a_call_are_few_draws() -> None:
    """1,000 images in 8 calls: the call is nearly all that varies."""
    random = np.random.default_rng(3)
    calls = np.repeat(np.arange(8), 125)[:, None]
    values = random.normal(0, 1, 8)[calls] + random.normal(0, 0.1, (1000, 1))
    found, blind = two_way_estimate(values, calls, seed=0), mean_estimate(values, seed=0)
    assert found is not None
    assert blind is not None
    assert found.n == 8
    assert found.value == pytest.approx(blind.value)
    reach = 1.96 * values.reshape(8, 125).mean(axis=1).std() / math.sqrt(8)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(reach, rel=0.15)


def test_the_two_way_interval_covers() -> None:
    random = np.random.default_rng(4)
    covered = 0
    for _ in range(300):
        calls = np.repeat(np.arange(30), 4).reshape(60, 2)
        random.shuffle(calls)
        values = (random.normal(0, 1, 30)[calls] + random.normal(0, 1, (60, 1))) + 1.0
        values += random.normal(0, 0.5, (60, 2))
        found = two_way_estimate(values, calls, seed=0)
        assert found is not None
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 1.0 <= found.high
    assert covered / 300 >= 0.92


def test_two_way_of_little() -> None:
    assert two_way_estimate(np.full((4, 2), np.nan), np.zeros((4, 2), np.int64), seed=0) is None
    few = two_way_estimate(np.ones((4, 2)), np.zeros((4, 2), np.int64), seed=0)
    assert few is not None
    assert (few.value, few.low, few.n) == (1.0, None, 1)
