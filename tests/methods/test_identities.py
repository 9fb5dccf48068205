"""How the methods hang together, and what whitening does not see."""

from __future__ import annotations

import pytest
import torch

from augscore.errors import InputError
from augscore.methods.moco import info_nce
from augscore.methods.ressl import relational
from augscore.methods.sce import PositiveSlot, sce
from augscore.methods.vectors import unit
from augscore.methods.whitening import whiten
from augscore.methods.wmse import whitened_mse
from tests.methods.rows import related, rows

Q, K = related(0)
QUEUE = rows(30, 5)
queues = pytest.mark.parametrize("queue", [QUEUE, None], ids=["queue", "batch"])
slots = pytest.mark.parametrize("slot", ["masked", "official"])


def close(found: torch.Tensor, wanted: torch.Tensor, tolerance: float = 1e-12) -> None:
    torch.testing.assert_close(found, wanted, rtol=tolerance, atol=tolerance)


def ceil(queue: torch.Tensor | None) -> torch.Tensor:
    """How much the positive adds to the log partition of a query, at temperature 0.1."""
    others = unit(Q) @ unit(K if queue is None else queue).T / 0.1
    positive = (unit(Q) * unit(K)).sum(1, keepdim=True) / 0.1
    if queue is None:
        others = others.masked_fill(torch.eye(len(K), dtype=torch.bool), -torch.inf)
    return torch.cat([positive, others], 1).logsumexp(1) - others.logsumexp(1)


@queues
@slots
def test_sce_of_coefficient_1_is_info_nce(queue: torch.Tensor | None, slot: PositiveSlot) -> None:
    found = sce(Q, K, queue, coefficient=1.0, positive_slot=slot)
    close(found.per_pair, info_nce(Q, K, queue, 0.1).per_pair)


@queues
@pytest.mark.parametrize("share", [0.0, 0.25, 0.5])
def test_sce_is_info_nce_and_ressl_with_the_ceil(queue: torch.Tensor | None, share: float) -> None:
    found = sce(Q, K, queue, coefficient=share)
    ressl = relational(Q, K, queue, 0.1, 0.05).per_pair
    close(
        found.per_pair,
        share * info_nce(Q, K, queue, 0.1).per_pair + (1 - share) * (ressl + ceil(queue)),
    )
    assert bool((ceil(queue) > 0.01).any())


@queues
def test_a_sharp_target_is_the_keys_nearest_neighbour(queue: torch.Tensor | None) -> None:
    others = unit(K if queue is None else queue)
    seen, known = unit(Q) @ others.T / 0.1, unit(K) @ others.T
    if queue is None:
        itself = torch.eye(len(K), dtype=torch.bool)
        seen, known = (t.masked_fill(itself, -torch.inf) for t in (seen, known))
    nearest = torch.nn.functional.cross_entropy(seen, known.argmax(1), reduction="none")
    close(relational(Q, K, queue, 0.1, 1e-5).per_pair, nearest)


@queues
def test_a_flat_target_is_label_smoothing(queue: torch.Tensor | None) -> None:
    others = unit(K if queue is None else queue)
    seen = unit(Q) @ others.T / 0.1
    flat = torch.full_like(seen, 1 / len(others))
    if queue is None:
        itself = torch.eye(len(K), dtype=torch.bool)
        seen = seen.masked_fill(itself, -torch.inf)
        flat = ((~itself) / (len(K) - 1.0)).to(seen)
    terms = (flat * seen.log_softmax(1)).masked_fill(flat == 0, 0.0)
    close(relational(Q, K, queue, 0.1, 1e9).per_pair, -terms.sum(1), 1e-7)


@queues
def test_the_official_slot_gives_the_positive_a_logit_of_0(queue: torch.Tensor | None) -> None:
    share, t, t_m = 0.3, 0.1, 0.5
    others = unit(K if queue is None else queue)
    seen, known = unit(Q) @ others.T / t, unit(K) @ others.T / t_m
    positive = (unit(Q) * unit(K)).sum(1, keepdim=True) / t
    if queue is None:
        # In the batch the positive is one of the others: its logit is 0 in place of its cosine.
        itself = torch.eye(len(K), dtype=torch.bool)
        seen = torch.where(itself, positive, seen)
        target = (1 - share) * known.masked_fill(itself, 0.0).softmax(1) + share * itself.to(known)
    else:
        seen = torch.cat([positive, seen], 1)
        target = (1 - share) * torch.cat([torch.zeros(len(K), 1), known], 1).softmax(1)
        target[:, 0] += share
    wanted = -(target * seen.log_softmax(1)).sum(1)
    close(sce(Q, K, queue, t, t_m, share, positive_slot="official").per_pair, wanted)


@queues
@slots
def test_weights_on_the_positive_leave_the_relations_alone(
    queue: torch.Tensor | None, slot: PositiveSlot
) -> None:
    whole = sce(Q, K, queue, coefficient=0.3, positive_slot=slot)
    split = sce(Q, K, queue, coefficient=0.3, positive_slot=slot, weight_on="positive")
    close(split.reduce(), whole.reduce())
    close(split.per_pair, 0.3 * info_nce(Q, K, queue, 0.1).per_pair)
    weights = torch.tensor([0.0, 1, 2, 3, 4, 5])
    moved = split.reduce(weights) - split.reduce()
    close(
        moved,
        0.3 * (info_nce(Q, K, queue, 0.1).reduce(weights) - info_nce(Q, K, queue, 0.1).reduce()),
    )


def test_an_empty_queue_is_no_queue() -> None:
    empty = QUEUE[:0]
    for found, wanted in (
        (info_nce(Q, K, empty), info_nce(Q, K)),
        (relational(Q, K, empty), relational(Q, K)),
        (sce(Q, K, empty), sce(Q, K)),
    ):
        assert torch.equal(found.per_pair, wanted.per_pair)


def test_whitened_rows_have_the_identity_as_covariance() -> None:
    white, retries = whiten(rows(0, 24, 5).reshape(2, 12, 5) * 3 + 7)
    for part in white:
        close(part.T.cov(), torch.eye(5, dtype=torch.float64))
        close(part.square().sum(), torch.tensor(5 * 11.0, dtype=torch.float64))
    assert float(retries) == 0


def test_a_share_of_the_identity_is_mixed_in() -> None:
    z = rows(0, 12, 3)
    white, _ = whiten(z[None], eps=0.2)
    mixed = 0.8 * z.T.cov() + 0.2 * torch.eye(3, dtype=torch.float64)
    close(white[0].T @ white[0] / 11, white_covariance(mixed, z))


def white_covariance(mixed: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
    """L⁻¹ Σ L⁻ᵀ, L the factor of the mixed covariance."""
    inverse: torch.Tensor = torch.linalg.inv(torch.linalg.cholesky(mixed))
    return inverse @ z.T.cov() @ inverse.T


def test_whitening_does_not_see_shifts_and_lower_triangular_maps() -> None:
    z1, z2 = related(3, 12, 3)
    lower = torch.tensor([[2.0, 0, 0], [1, 0.5, 0], [-3, 1, 4]], dtype=torch.float64)
    before = whitened_mse(z1, z2, slice_size=12).per_pair
    close(whitened_mse(z1 @ lower.T + 5, z2, slice_size=12).per_pair, before, 1e-10)
    permuted = whitened_mse(z1[:, [2, 0, 1]], z2, slice_size=12).per_pair
    assert float((permuted - before).abs().max()) > 1e-3


def test_a_generator_deals_both_views_into_the_same_slices() -> None:
    z1, z2 = related(3, 12, 3)
    generator = torch.Generator().manual_seed(5)
    order = torch.randperm(12, generator=torch.Generator().manual_seed(5))
    dealt = whitened_mse(z1, z2, slice_size=6, generator=generator).per_pair
    in_order = whitened_mse(z1[order], z2[order], slice_size=6).per_pair
    close(dealt[order], in_order)
    assert float((dealt - whitened_mse(z1, z2, slice_size=6).per_pair).abs().max()) > 1e-3
    close(
        whitened_mse(z1, z1, slice_size=6, generator=generator).per_pair, torch.zeros(12).double()
    )


def test_iterations_are_averaged_over_permutations() -> None:
    z1, z2 = related(3, 12, 3)
    one = torch.Generator().manual_seed(5)
    single = [whitened_mse(z1, z2, 6, generator=one).per_pair for _ in range(3)]
    together = torch.Generator().manual_seed(5)
    averaged = whitened_mse(z1, z2, 6, generator=together, iterations=3).per_pair
    close(averaged, (single[0] + single[1] + single[2]) / 3)


def test_a_dimension_that_does_not_vary_is_whitened_at_the_second_attempt() -> None:
    z1, z2 = related(3, 12, 3)
    z1[:6, 1] = 2.0
    loss = whitened_mse(z1, z2, slice_size=6)
    assert float(loss.logs["whitening_retries"]) == 1
    assert bool(loss.per_pair.isfinite().all())
    close(loss.per_pair[6:], whitened_mse(z1[6:], z2[6:], slice_size=6).per_pair)


def test_embeddings_that_are_all_the_same_are_refused() -> None:
    z1, z2 = related(3, 12, 3)
    with pytest.raises(InputError, match="cannot be whitened") as refused:
        whitened_mse(torch.ones_like(z1), z2, slice_size=12)
    assert refused.value.code == "not_whitened"


def test_nan_in_embeddings_is_nan_in_the_loss_and_no_failed_whitening() -> None:
    z1, z2 = related(3, 12, 3)
    z1[2, 1] = torch.nan
    loss = whitened_mse(z1, z2, slice_size=6)
    assert bool(loss.per_pair[:6].isnan().all())
    assert bool(loss.per_pair[6:].isfinite().all())
