"""The learning rate and the average of weights, as functions of the step."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore.runs.ema import ema_decay, update_ema
from augscore.runs.schedules import cosine_between, warmup_cosine, warmup_drops


def test_warm_up_is_linear_and_the_rest_half_a_cosine() -> None:
    rates = [warmup_cosine(n, steps=110, warmup=10, peak=2.0) for n in range(111)]
    assert rates[:10] == pytest.approx([0.2 * (n + 1) for n in range(10)])
    assert rates[10] == pytest.approx(2.0)
    assert rates[35] == pytest.approx(1 + math.cos(math.pi / 4))
    assert rates[60] == pytest.approx(1.0)
    assert rates[110] == pytest.approx(0.0, abs=1e-12)


@given(
    steps=st.integers(1, 500), warmup=st.integers(0, 600), peak=st.floats(1e-6, 1), n=st.integers(0)
)
def test_rates_lie_between_0_and_the_peak(steps: int, warmup: int, peak: float, n: int) -> None:
    assert 0 <= warmup_cosine(n, steps=steps, warmup=warmup, peak=peak) <= peak


@given(st.integers(1, 400), st.integers(0, 100))
def test_after_the_warm_up_the_rate_only_falls(steps: int, warmup: int) -> None:
    after = [warmup_cosine(n, steps=steps, warmup=warmup, peak=1.0) for n in range(warmup, steps)]
    assert after == sorted(after, reverse=True)


def test_decay_warms_up_to_its_longest() -> None:
    assert ema_decay(0, longest=0.999) == pytest.approx(0.1)
    assert ema_decay(10, longest=0.999) == pytest.approx(11 / 20)
    assert ema_decay(10, longest=0.5) == 0.5
    assert ema_decay(10**6, longest=0.999) == 0.999


def test_the_average_moves_towards_the_current_values_in_place() -> None:
    average, current = [torch.tensor([1.0, 2.0]), torch.zeros(3)], [torch.zeros(2), torch.ones(3)]
    held = average[0]
    update_ema(average, current, 0.75)
    assert held.tolist() == [0.75, 1.5]
    assert average[1].tolist() == [0.25] * 3
    assert current[0].tolist() == [0, 0]


def test_drops_multiply_the_peak_from_their_step_on() -> None:
    rates = [warmup_drops(n, drops=(6, 8), warmup=4, peak=2.0, gamma=0.5) for n in range(10)]
    assert rates == pytest.approx([0.5, 1.0, 1.5, 2.0, 2.0, 2.0, 1.0, 1.0, 0.5, 0.5])


@given(st.integers(1, 400), st.floats(0, 1), st.floats(0, 1))
def test_half_a_cosine_leads_from_start_to_end(steps: int, start: float, end: float) -> None:
    values = [cosine_between(n, steps=steps, start=start, end=end) for n in range(steps + 2)]
    assert values[0] == pytest.approx(start)
    assert values[-2:] == pytest.approx([end, end])
    assert cosine_between(steps, steps=2 * steps, start=start, end=end) == pytest.approx(
        (start + end) / 2
    )
    rising = sorted(values, reverse=end < start)
    assert values == pytest.approx(rising)
