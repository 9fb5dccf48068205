"""More than two views."""

from __future__ import annotations

import itertools

import pytest
import torch

from augscore.errors import UsageError
from augscore.methods.moco import MocoConstants
from augscore.methods.multiview import loss_of_pairs, over_pairs, pairs_of
from augscore.methods.record import Embeddings
from augscore.methods.table import METHODS
from augscore.methods.wmse import WmseConstants, whitened_mse
from tests.methods.rows import Case, cases, embeddings, rows

CASES = cases()
every_case = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


def test_pairs() -> None:
    assert pairs_of(2) == ((0, 1),)
    assert pairs_of(4) == tuple(itertools.combinations(range(4), 2))
    assert pairs_of(4, 2) == ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3))
    assert pairs_of(3, 1) == ((0, 1), (0, 2))


def test_ordered_pairs_make_every_view_a_query_and_the_global_ones_keys() -> None:
    assert pairs_of(2, ordered=True) == ((0, 1), (1, 0))
    assert pairs_of(4, 2, ordered=True) == ((0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (1, 3))


def test_two_views_in_both_orders_are_the_symmetric_loss() -> None:
    e = embeddings(queue=5)
    moco = METHODS["moco"]
    swapped = Embeddings(e.z2, e.z1, e.p2, e.p1, e.k2, e.k1, e.queue)
    each = loss_of_pairs(moco, MocoConstants(), [e, swapped])
    both = moco.loss(e, MocoConstants(symmetric=True))
    torch.testing.assert_close(each.reduce(), both.reduce())


@pytest.mark.parametrize(("views", "wide"), [(1, None), (0, None), (3, 0), (3, 4)])
def test_views_that_make_no_pairs_are_refused(views: int, wide: int | None) -> None:
    with pytest.raises(UsageError, match="make no pairs"):
        pairs_of(views, wide)


@every_case
def test_two_views_are_the_plain_loss_bit_for_bit(case: Case) -> None:
    embedded = embeddings(queue=case.queue)
    plain, joined = case.loss(embedded), loss_of_pairs(case.method, case.constants, [embedded])
    weights = torch.arange(6.0)
    assert torch.equal(joined.per_pair, plain.per_pair)
    assert torch.equal(joined.reduce(weights), plain.reduce(weights))


@every_case
def test_three_pairs_are_the_mean_of_their_losses(case: Case) -> None:
    each = [embeddings(seed, queue=case.queue) for seed in (0, 100, 200)]
    losses = [case.loss(embedded) for embedded in each]
    joined = loss_of_pairs(case.method, case.constants, each)
    assert joined.per_pair.shape == (18,)
    assert torch.equal(joined.per_pair[6:12], losses[1].per_pair)
    mean = sum(float(loss.reduce()) for loss in losses) / 3
    assert float(joined.reduce()) == pytest.approx(mean, rel=1e-12)
    first_alone = torch.cat([torch.ones(6), torch.zeros(12)])
    batch_terms = sum(float(loss.batch_term) for loss in losses) / 3
    wanted = float(losses[0].per_pair.mean()) + batch_terms
    assert float(joined.reduce(first_alone)) == pytest.approx(wanted, rel=1e-12)
    assert (joined.per_direction is None) == (losses[0].per_direction is None)
    if joined.per_direction is not None:
        assert torch.equal(joined.per_direction.mean(0), joined.per_pair)


def test_logs_are_the_mean_over_pairs() -> None:
    losses = [CASES[0].loss(embeddings(seed)) for seed in (0, 100)]
    wanted = (losses[0].logs["positive_cosine"] + losses[1].logs["positive_cosine"]) / 2
    torch.testing.assert_close(over_pairs(losses).logs["positive_cosine"], wanted)


def test_four_views_are_whitened_in_the_same_slices() -> None:
    """As the authors do it: whiten each view once, then compare all six pairs."""
    views = [rows(seed, 12, 3) for seed in range(4)]
    generator = torch.Generator().manual_seed(7)
    each = [Embeddings(views[a], views[b], generator=generator) for a, b in pairs_of(4)]
    joined = loss_of_pairs(METHODS["wmse"], WmseConstants(slice_size=6), each)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(7))
    for place, (a, b) in enumerate(pairs_of(4)):
        wanted = whitened_mse(views[a][order], views[b][order], slice_size=6).per_pair
        found = joined.per_pair[12 * place : 12 * (place + 1)]
        torch.testing.assert_close(found[order], wanted)


def test_random_choices_go_on_from_step_to_step() -> None:
    views = [rows(seed, 12, 3) for seed in range(2)]
    generator = torch.Generator().manual_seed(7)
    pair = [Embeddings(views[0], views[1], generator=generator)]
    constants = WmseConstants(slice_size=6)
    one, two = (loss_of_pairs(METHODS["wmse"], constants, pair).per_pair for _ in range(2))
    assert not torch.equal(one, two)
