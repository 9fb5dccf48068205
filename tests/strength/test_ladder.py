"""Isotonic regression and the inversion of a noise ladder."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.strength.intervals import median_interval
from augscore.strength.ladder import Ladder, between, fit_ladder, geometric, isotonic
from tests.ladders import exact_ladder

SDS = geometric(0.005, 0.5, 13)
values = st.lists(st.floats(-5, 5).map(lambda v: round(v, 3)), min_size=1, max_size=12)
rising = st.lists(st.floats(1e-4, 0.3), min_size=13, max_size=13).map(
    lambda steps: tuple(sum(steps[: i + 1]) for i in range(13))
)


def read(ladder: Ladder, strength: float) -> float:
    """A strength that the ladder reaches, as a noise sd."""
    sd, why = ladder.noise_sd(strength)
    assert why is None
    assert sd is not None
    return sd


@given(values)
def test_isotonic_is_the_max_min_formula(sequence: list[float]) -> None:
    """max over a ≤ i of min over b ≥ i of the mean of y_a … y_b (Robertson et al. 1988)."""
    n = len(sequence)
    expected = [
        max(min(sum(sequence[a : b + 1]) / (b + 1 - a) for b in range(i, n)) for a in range(i + 1))
        for i in range(n)
    ]
    assert isotonic(sequence) == pytest.approx(expected, abs=1e-9)


@given(values)
def test_isotonic_rises_keeps_the_sum_and_what_rises_already(sequence: list[float]) -> None:
    found = isotonic(sequence)
    assert list(found) == sorted(found)
    assert math.fsum(found) == pytest.approx(math.fsum(sequence), abs=1e-9)
    assert isotonic(sorted(sequence)) == tuple(sorted(sequence))
    assert isotonic(list(found)) == pytest.approx(found)


def test_geometric_ends_where_it_should_with_equal_ratios() -> None:
    assert SDS[0] == pytest.approx(0.005)
    assert SDS[-1] == pytest.approx(0.5)
    ratios = [b / a for a, b in itertools.pairwise(SDS)]
    assert ratios == pytest.approx([100 ** (1 / 12)] * 12)


@given(rising)
def test_rungs_map_to_themselves(strengths: tuple[float, ...]) -> None:
    ladder = exact_ladder(64, SDS, strengths)
    for sd, strength in zip(SDS, strengths, strict=True):
        assert read(ladder, strength) == pytest.approx(sd)


@given(rising, st.lists(st.floats(0, 1), min_size=2, max_size=8))
def test_inversion_is_monotone_and_undone_by_the_ladder(
    strengths: tuple[float, ...], shares: list[float]
) -> None:
    ladder = exact_ladder(64, SDS, strengths)
    asked = sorted(
        min(strengths[-1], strengths[0] + s * (strengths[-1] - strengths[0])) for s in shares
    )
    found = [ladder.noise_sd(s)[0] for s in asked]
    sds = [sd for sd in found if sd is not None]
    assert len(sds) == len(found)
    assert all(a <= b * (1 + 1e-12) for a, b in itertools.pairwise(sds))
    for strength, sd in zip(asked, sds, strict=True):
        assert _strength_at(ladder, sd) == pytest.approx(strength, rel=1e-6, abs=1e-9)


def _strength_at(ladder: Ladder, sd: float) -> float:
    """Linear interpolation in (ln sd, strength), written on its own."""
    for k in range(12):
        low, high = math.log(ladder.noise_sds[k]), math.log(ladder.noise_sds[k + 1])
        if low - 1e-12 <= math.log(sd) <= high + 1e-12:
            share = (math.log(sd) - low) / (high - low)
            return ladder.strengths[k] + share * (ladder.strengths[k + 1] - ladder.strengths[k])
    raise AssertionError("not on the ladder")


def test_between_two_rungs_the_logarithm_is_interpolated() -> None:
    ladder = exact_ladder(64, (0.01, 0.1), (1.0, 3.0))
    assert read(ladder, 2.0) == pytest.approx(math.sqrt(0.001))


def test_below_the_floor_and_past_the_end_nothing_is_claimed() -> None:
    ladder = exact_ladder(64, (0.01, 0.03, 0.1), (0.1, 0.5, 1.0), 0.3)
    assert ladder.noise_sd(0.0) == (None, "below_floor")
    assert ladder.noise_sd(0.29) == (None, "below_floor")
    assert read(ladder, 0.3) == pytest.approx(ladder.floor_sd)
    assert read(ladder, 1.0) == pytest.approx(0.1)
    assert ladder.noise_sd(1.001) == (None, "past_ladder")
    lower = exact_ladder(64, (0.01, 0.03, 0.1), (0.1, 0.5, 1.0), 0.05)
    assert lower.noise_sd(0.09) == (None, "below_floor")
    assert lower.floor_sd == pytest.approx(0.01)


def test_a_flat_stretch_reads_its_geometric_middle() -> None:
    ladder = exact_ladder(64, (0.01, 0.02, 0.04, 0.08), (0.1, 0.2, 0.2, 0.4))
    assert read(ladder, 0.2) == pytest.approx(math.sqrt(0.02 * 0.04))
    flat = exact_ladder(64, (0.01, 0.04), (0.2, 0.2))
    assert read(flat, 0.2) == pytest.approx(0.02)


def test_a_floor_past_the_end_leaves_nothing_to_claim() -> None:
    ladder = exact_ladder(64, (0.01, 0.1), (0.1, 0.5), 0.9)
    assert ladder.noise_sd(0.6) == (None, "below_floor")
    assert ladder.noise_sd(0.95) == (None, "past_ladder")
    assert math.isfinite(ladder.floor_sd)


def test_a_ladder_is_fitted_to_the_medians_and_their_intervals() -> None:
    rungs = np.random.default_rng(0).normal(size=(40, 3)) * 0.05 + np.array([0.2, 0.1, 0.6])
    ladder = fit_ladder(64, (0.01, 0.03, 0.1), rungs, rungs[:, 0] / 10, range(40))
    medians = np.median(rungs, axis=0)
    pooled = float(medians[:2].mean())
    assert ladder.strengths == pytest.approx((pooled, pooled, float(medians[2])))
    assert ladder.floor == pytest.approx(float(np.median(rungs[:, 0])) / 10)
    assert list(ladder.lows) == sorted(ladder.lows)
    assert list(ladder.highs) == sorted(ladder.highs)
    low, high = median_interval(rungs[:, [2]], seed=0)
    assert (ladder.lows[2], ladder.highs[2]) == (low, high)


def test_an_interval_of_noise_is_wider_for_a_ladder_that_is_less_certain() -> None:
    sds, rungs = (0.01, 0.1), (0.2, 0.6)
    certain = Ladder(64, sds, rungs, 0.0, rungs, rungs)
    less = Ladder(64, sds, rungs, 0.0, (0.1, 0.5), (0.25, 0.7))
    assert certain.noise_sd_interval(0.3, 0.4) == pytest.approx(
        (certain.noise_sd(0.3)[0], certain.noise_sd(0.4)[0])
    )
    low, high = less.noise_sd_interval(0.3, 0.4)
    assert low == pytest.approx(0.01 * 10 ** (0.05 / 0.45))
    assert high == pytest.approx(0.01 * 10 ** (0.3 / 0.4))
    assert less.noise_sd_interval(0.22, 0.55) == (None, None)


def test_a_size_between_two_ladders_reads_between_them() -> None:
    small = Ladder(32, (0.01, 0.1), (0.2, 1.0), 0.1, (0.1, 0.9), (0.3, 1.1))
    large = Ladder(64, (0.01, 0.1), (0.1, 0.6), 0.02, (0.1, 0.5), (0.2, 0.8))
    assert between(small, large, 32).strengths == pytest.approx(small.strengths)
    assert between(small, large, 64).strengths == pytest.approx(large.strengths)
    middle = between(small, large, round(32 * math.sqrt(2)))
    assert middle.strengths == pytest.approx((0.15, 0.8), abs=0.01)
    assert middle.lows == pytest.approx((0.1, 0.7), abs=0.01)
    assert middle.highs == pytest.approx((0.25, 0.95), abs=0.01)
    assert middle.floor == pytest.approx(0.06, abs=0.01)
