"""The interval of a mean over images against loops over resamples, and where it stops."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from augscore.auditing.audit import Estimate
from augscore.auditing.statistics.mean import mean_estimate, mean_estimates
from augscore.auditing.statistics.resampling import draws


def estimate(values: np.ndarray, seed: int = 0, level: float = 0.95) -> Estimate:
    found = mean_estimate(values, seed=seed, level=level)
    assert found is not None
    return found


def ratio(images: list[list[float]]) -> tuple[float, float]:
    """The mean over all values and its standard error by linearisation, in plain loops."""
    count = sum(len(image) for image in images)
    mean = math.fsum(v for image in images for v in image) / count
    rest = [math.fsum(v - mean for v in image) for image in images]
    n = len(images)
    return mean, math.sqrt(n / (n - 1) * math.fsum(r * r for r in rest)) / count


def by_loops(images: list[list[float]], seed: int, level: float) -> tuple[float, float]:
    mean, error = ratio(images)
    means, scores = [], []
    for row in np.concatenate(list(draws(len(images), seed=seed))).astype(int):
        drawn = [image for image, times in zip(images, row, strict=True) for _ in range(times)]
        own_mean, own_error = ratio(drawn)
        means.append(own_mean)
        scores.append((own_mean - mean) / own_error)
    tail = (1 - level) / 2
    if len(images) >= 200:
        return tuple(np.quantile(means, [tail, 1 - tail]))
    above, below = np.quantile(scores, [1 - tail, tail], method="nearest")
    return mean - above * error, mean - below * error


@pytest.mark.parametrize("images", [30, 210])
def test_the_interval_is_that_of_loops_over_resamples(images: int) -> None:
    random = np.random.default_rng(images)
    values = random.lognormal(0, 1, (images, 3))
    values[random.random(values.shape) < 0.3] = np.nan
    values[0] = np.nan
    listed = [[v for v in row if not math.isnan(v)] for row in values.tolist()]
    present = [row for row in listed if row]
    found = estimate(values, seed=4, level=0.9)
    assert found.n == len(present)
    assert found.value == pytest.approx(ratio(present)[0])
    assert (found.low, found.high) == pytest.approx(by_loops(present, 4, 0.9))


def test_views_of_an_image_travel_together() -> None:
    """Eight copies of a view say no more than one."""
    values = np.random.default_rng(0).uniform(0, 1, 60)
    one, eight = estimate(values), estimate(np.repeat(values[:, None], 8, axis=1))
    assert (eight.value, eight.low, eight.high) == pytest.approx((one.value, one.low, one.high))


def test_many_quantities_are_each_as_alone() -> None:
    values = np.random.default_rng(1).uniform(0, 1, (40, 2, 5))
    values[3:9, :, 1] = np.nan
    values[:, :, 2] = np.nan
    values[:, 0, 3] = np.nan
    together = mean_estimates(values, seed=9)
    alone = [mean_estimate(values[:, :, q], seed=9) for q in range(5)]
    assert together[2] is None
    assert alone[2] is None
    for a, b in zip(together, alone, strict=True):
        if a is not None and b is not None:
            assert (a.value, a.low, a.high, a.n) == pytest.approx((b.value, b.low, b.high, b.n))


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    values = np.random.default_rng(2).lognormal(0, 1, (300, 2))
    assert repr(estimate(values, 3)) == repr(estimate(values, 3))
    assert estimate(values, 3) != estimate(values, 4)


def test_nearly_the_interval_of_a_normal_mean() -> None:
    values = np.random.default_rng(5).normal(1.0, 0.2, 5000)
    found = estimate(values)
    reach = 1.96 * values.std() / math.sqrt(5000)
    assert found.low == pytest.approx(found.value - reach, abs=0.1 * reach)
    assert found.high == pytest.approx(found.value + reach, abs=0.1 * reach)


def test_a_studentised_interval_leans_towards_the_long_tail() -> None:
    values = np.random.default_rng(6).lognormal(0, 1, 100)
    found = estimate(values)
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.value > 1.2 * (found.value - found.low)


def test_few_images_have_a_value_alone_and_none_have_nothing() -> None:
    assert estimate(np.array([1.0, 2.0, np.nan, 4.5])) == Estimate(2.5, None, None, 3)
    assert mean_estimate(np.empty(0), seed=0) is None
    assert mean_estimate(np.full((7, 2), np.nan), seed=0) is None


@pytest.mark.parametrize("images", [5, 50, 400])
def test_what_never_varies_is_sure(images: int) -> None:
    found = estimate(np.full(images, 0.3))
    assert (found.value, found.low, found.high) == pytest.approx((0.3, 0.3, 0.3))
    assert found.n == images


def test_a_mean_of_one_image_that_differs_is_not_thought_sure() -> None:
    values = np.zeros(100)
    values[7] = 1.0
    found = estimate(values)
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= 0.01 < 0.03 <= found.high <= 1


@settings(deadline=None)
@given(
    arrays.arrays(
        np.float64,
        st.tuples(st.integers(0, 30), st.integers(1, 3)),
        elements=st.floats(0, 10, width=32) | st.just(float("nan")),
    )
)
def test_whatever_the_values_the_ends_are_finite_and_enclose_the_mean(values: np.ndarray) -> None:
    found = mean_estimate(values, seed=0)
    if found is None:
        assert np.isnan(values).all()
    elif found.low is not None and found.high is not None:
        assert np.nanmin(values) - 1e-6 <= found.low <= found.value
        assert found.value <= found.high <= np.nanmax(values) + 1e-6
