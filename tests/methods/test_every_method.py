"""What holds for the loss of every method in the table."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from augscore.methods.moco import MocoConstants
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Embeddings, TargetConstants
from augscore.methods.table import METHODS
from tests.methods.rows import (
    ONLINE,
    Case,
    cases,
    embeddings,
    gradients,
    leaves,
    reached,
    tensors,
    with_tensors,
)

CASES = cases()
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def given(case: Case, seed: int = 0) -> Embeddings:
    return embeddings(seed, queue=case.queue)


def online(case: Case) -> set[str]:
    """The fields that gradients may reach: what a momentum copy or a stop-gradient holds, not."""
    if case.name == "simsiam":
        return {"p1", "p2"}
    if isinstance(case.constants, TargetConstants):
        return {"p1", "p2"} if case.symmetric else {"p2"}
    return {"z1", "z2"}


@every_case
def test_gradients_reach_the_online_network_alone(case: Case) -> None:
    embedded = leaves(given(case))
    torch.autograd.backward(case.loss(embedded).reduce())
    assert reached(embedded) == online(case)


@pytest.mark.parametrize(
    "case", [c for c in CASES if isinstance(c.constants, TargetConstants)], ids=lambda c: c.name
)
def test_without_a_predictor_projections_are_the_queries(case: Case) -> None:
    embedded = given(case)
    queries = {"z1": embedded.p1, "z2": embedded.p2, "p1": None, "p2": None}
    plain = with_tensors(embedded, queries)
    assert torch.equal(case.loss(plain).per_pair, case.loss(embedded).per_pair)


@every_case
def test_gradients_are_those_of_finite_differences(case: Case) -> None:
    embedded = given(case)
    names = sorted(online(case))
    weights = torch.tensor([0.5, 0, 1, 2, 1, 1], dtype=torch.float64)

    def reduced(*values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        loss = case.loss(with_tensors(embedded, dict(zip(names, values, strict=True))))
        return loss.reduce(weights), loss.per_pair

    inputs = [tensors(embedded)[name].requires_grad_() for name in names]
    assert torch.autograd.gradcheck(reduced, inputs)


@every_case
def test_ones_are_no_weights_bit_for_bit(case: Case) -> None:
    results = []
    for weights in (None, torch.ones(6)):
        embedded = leaves(_float32(given(case)))
        loss = case.loss(embedded).reduce(weights)
        results.append([loss, *gradients(loss, embedded)])
    assert len(results[0]) > 1
    assert all(torch.equal(a, b) for a, b in zip(*results, strict=True))


@every_case
def test_the_mean_is_the_published_loss(case: Case) -> None:
    loss = case.loss(given(case))
    torch.testing.assert_close(loss.reduce(), loss.per_pair.mean() + loss.batch_term)


@every_case
def test_pairs_in_another_order_have_their_losses_in_it(case: Case) -> None:
    embedded = given(case)
    order = torch.tensor([3, 0, 5, 1, 4, 2])
    moved = {n: t[order] for n, t in tensors(embedded).items() if n != "queue"}
    before, after = case.loss(embedded), case.loss(with_tensors(embedded, moved))
    torch.testing.assert_close(after.per_pair, before.per_pair[order], rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(after.batch_term, before.batch_term)


@every_case
def test_symmetric_losses_do_not_tell_the_views_apart(case: Case) -> None:
    e = given(case)
    swapped = case.loss(Embeddings(e.z2, e.z1, e.p2, e.p1, e.k2, e.k1, e.queue))
    same = torch.allclose(swapped.per_pair, case.loss(e).per_pair, rtol=1e-10)
    assert same == case.symmetric


@every_case
def test_directions_have_the_pairs_loss_as_their_mean(case: Case) -> None:
    loss = case.loss(given(case))
    if loss.per_direction is None:
        assert case.name in ("wmse", "vicreg") or not case.symmetric
    else:
        assert loss.per_direction.shape == (2, 6)
        assert torch.equal(loss.per_direction.mean(0), loss.per_pair)


@every_case
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_around_a_loss_does_not_enter_it(case: Case, dtype: torch.dtype) -> None:
    halves = {n: t.to(dtype) for n, t in tensors(given(case)).items()}
    embedded = with_tensors(given(case), halves)
    with torch.autocast("cpu", dtype=dtype):
        inside = case.loss(embedded)
        reduced = inside.reduce(torch.arange(6.0))
    outside = case.loss(_float32(embedded))
    assert inside.per_pair.dtype == inside.batch_term.dtype == torch.float32
    assert torch.equal(inside.per_pair, outside.per_pair)
    assert torch.equal(reduced, outside.reduce(torch.arange(6.0)))


@every_case
def test_a_row_of_zeros_has_a_finite_loss_and_gradient(case: Case) -> None:
    embedded = leaves(_float32(given(case)))
    with torch.no_grad():
        for tensor in tensors(embedded).values():
            tensor[0] = 0
    loss = case.loss(embedded)
    grads = gradients(loss.reduce(), embedded)
    assert bool(loss.per_pair.isfinite().all())
    assert all(bool(grad.isfinite().all()) for grad in grads)
    # As far apart as a unit row and 0 can be: the slope at 0 is at most 1e6.
    assert max(float(grad.abs().max()) for grad in grads) < 1e8
    assert float(loss.logs["zero_norm_rows"]) == 2


@every_case
def test_logs_are_numbers_without_gradient(case: Case) -> None:
    loss = case.loss(leaves(given(case)))
    assert {"positive_cosine", "negative_cosine", "zero_norm_rows"} <= set(loss.logs)
    for value in loss.logs.values():
        assert value.shape == ()
        assert not value.requires_grad


def test_both_directions_are_watched() -> None:
    one_sided = MocoConstants()
    both = METHODS["moco"].loss(embeddings(queue=5), replace(one_sided, symmetric=True))
    e = embeddings(queue=5)
    swapped = Embeddings(e.z2, e.z1, e.p2, e.p1, e.k2, e.k1, e.queue)
    each = [METHODS["moco"].loss(given, one_sided) for given in (e, swapped)]
    for name, value in both.logs.items():
        torch.testing.assert_close(value, (each[0].logs[name] + each[1].logs[name]) / 2)
    assert both.per_direction is not None
    for found, direction in zip(both.per_direction, each, strict=True):
        assert torch.equal(found, direction.per_pair)
    assert not torch.equal(each[0].logs["positive_cosine"], each[1].logs["positive_cosine"])


@every_case
def test_a_pair_of_weight_0_stays_among_the_others(case: Case) -> None:
    """The values of the others do not move, only the sum that they are divided by."""
    loss = case.loss(given(case))
    weights = torch.tensor([0.0, 1, 1, 1, 1, 1])
    wanted = loss.per_pair[1:].mean() + loss.batch_term
    torch.testing.assert_close(loss.reduce(weights), wanted)


@every_case
def test_the_same_again_is_the_same(case: Case) -> None:
    one, two = case.loss(given(case)), case.loss(given(case))
    assert torch.equal(one.per_pair, two.per_pair)
    assert torch.equal(one.batch_term, two.batch_term)


@every_case
def test_ranks_that_hold_a_share_each_average_to_the_whole(case: Case) -> None:
    loss, weights = case.loss(given(case)), torch.tensor([0.0, 3, 1, 2, 0.5, 1])
    shares = [
        PairLoss(loss.per_pair[part], loss.batch_term).reduce(
            weights[part], weight_sum=weights.sum(), world_size=2
        )
        for part in (slice(0, 3), slice(3, 6))
    ]
    torch.testing.assert_close((shares[0] + shares[1]) / 2, loss.reduce(weights))


def test_every_online_field_is_reached_by_some_method() -> None:
    assert set().union(*(online(case) for case in CASES)) == set(ONLINE)


def _float32(embedded: Embeddings) -> Embeddings:
    return with_tensors(embedded, {n: t.float() for n, t in tensors(embedded).items()})
