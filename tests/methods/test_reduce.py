"""What weights do to a loss, whatever the method."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.errors import TensorError, UsageError
from augscore.methods.pair_loss import PairLoss, no_pair_left

PER_PAIR = [1.0, 2.0, 4.0, 8.0]


def loss(per_pair: list[float] | None = None, batch_term: float = 10.0) -> PairLoss:
    return PairLoss(torch.tensor(per_pair or PER_PAIR), torch.tensor(batch_term))


def test_the_weighted_mean_and_the_batch_term() -> None:
    assert float(loss().reduce()) == 15 / 4 + 10
    assert float(loss().reduce(torch.tensor([1.0, 0, 0, 3]))) == 25 / 4 + 10
    assert float(loss().reduce(torch.tensor([1.0, 0, 0, 3]), weight_sum=8)) == 25 / 8 + 10
    assert float(loss().reduce(torch.tensor([1.0, 0, 0, 3]), world_size=2)) == 25 / 2 + 10


@settings(deadline=None)
@given(
    st.lists(st.floats(0, 100, width=32), min_size=4, max_size=4).filter(lambda w: sum(w) > 0.01),
    st.floats(0.01, 100),
)
def test_scaling_all_weights_changes_nothing(weights: list[float], scale: float) -> None:
    w = torch.tensor(weights)
    torch.testing.assert_close(loss().reduce(scale * w), loss().reduce(w))
    low, high = min(PER_PAIR), max(PER_PAIR)
    assert low - 1e-4 <= float(loss().reduce(w)) - 10 <= high + 1e-4


def test_no_weight_left_leaves_the_batch_term() -> None:
    per_pair = torch.tensor(PER_PAIR, requires_grad=True)
    nothing = torch.zeros(4)
    reduced = PairLoss(per_pair, torch.tensor(10.0)).reduce(nothing)
    assert reduced.item() == 10
    torch.autograd.backward(reduced)
    assert per_pair.grad is not None
    assert per_pair.grad.tolist() == [0, 0, 0, 0]
    assert bool(no_pair_left(nothing))
    assert not bool(no_pair_left(torch.tensor([0.0, 1e-30])))


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), -float("inf")])
def test_a_pair_of_weight_0_is_left_out_even_where_its_loss_is_no_number(broken: float) -> None:
    per_pair = torch.tensor([1.0, broken, 3.0], requires_grad=True)
    reduced = PairLoss(per_pair, torch.tensor(0.0)).reduce(torch.tensor([1.0, 0, 1]))
    assert reduced.item() == 2
    torch.autograd.backward(reduced)
    assert per_pair.grad is not None
    assert per_pair.grad.tolist() == [0.5, 0, 0.5]


def test_a_loss_that_is_no_number_shows_without_weights() -> None:
    assert bool(loss([1.0, float("nan"), 3.0]).reduce().isnan())


def test_weights_get_no_gradient() -> None:
    weights = torch.tensor([1.0, 2, 3, 4], requires_grad=True)
    per_pair = torch.tensor(PER_PAIR, requires_grad=True)
    torch.autograd.backward(PairLoss(per_pair, torch.tensor(0.0)).reduce(weights))
    assert weights.grad is None
    assert per_pair.grad is not None
    torch.testing.assert_close(per_pair.grad, torch.tensor([0.1, 0.2, 0.3, 0.4]))


def test_weights_of_half_precision_are_taken_as_float32() -> None:
    weights = torch.tensor([1.0, 2, 3, 4])
    assert loss().reduce(weights.bfloat16()).dtype == torch.float32
    assert torch.equal(loss().reduce(weights.half()), loss().reduce(weights))


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (torch.ones(3), r"weights: got shape \(3,\), wanted \(4,\), one for each pair"),
        (torch.ones(4, 1), r"weights: got shape \(4, 1\)"),
        (torch.ones(4, dtype=torch.int64), "weights: got torch.int64, wanted floating point"),
        ([1.0, 1, 1, 1], "weights: got list"),
    ],
)
def test_weights_of_another_form_are_refused(weights: torch.Tensor, told: str) -> None:
    with pytest.raises(TensorError, match=told):
        loss().reduce(weights)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -1.0, -float("inf")])
def test_weights_that_weigh_nothing_sensible_are_refused(bad: float) -> None:
    with pytest.raises(UsageError, match="negative, NaN or infinite") as refused:
        loss().reduce(torch.tensor([1.0, bad, 1, 1]))
    assert refused.value.code == "bad_weights"
    with pytest.raises(UsageError, match="weight_sum"):
        loss().reduce(torch.ones(4), weight_sum=bad)


def test_a_rank_whose_own_weights_are_all_0_adds_nothing() -> None:
    assert float(loss().reduce(torch.zeros(4), weight_sum=5.0, world_size=2)) == 10
