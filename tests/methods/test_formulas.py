"""Every loss against loops over its paper's equations, closed forms, and lightly's opinion."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch
from lightly.loss import NegativeCosineSimilarity, NTXentLoss, VICRegLoss
from lightly.loss.wmse_loss import WMSELoss

from augscore.methods.moco import info_nce
from augscore.methods.ressl import relational
from augscore.methods.sce import sce
from augscore.methods.simclr import Where, nt_xent
from augscore.methods.simsiam import negative_cosine
from augscore.methods.vicreg import vicreg
from augscore.methods.wmse import whitened_mse
from tests.methods import references
from tests.methods.rows import related, rows

Z1, Z2 = related(0)
P1, P2 = related(10)
QUEUE = rows(30, 5)
Others = Callable[[torch.Tensor], list[references.Rows]]


def close(found: torch.Tensor, wanted: object) -> None:
    wanted = torch.as_tensor(wanted, dtype=torch.float64)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-12)


def others_in_batch(k: torch.Tensor) -> list[references.Rows]:
    keys = k.tolist()
    return [keys[:i] + keys[i + 1 :] for i in range(len(keys))]


def others_in_queue(k: torch.Tensor) -> list[references.Rows]:
    return [QUEUE.tolist()] * len(k)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_nt_xent(temperature: float) -> None:
    loss = nt_xent(Z1, Z2, temperature)
    first, second = references.nt_xent(Z1.tolist(), Z2.tolist(), temperature)
    assert loss.per_direction is not None
    close(loss.per_direction, [first, second])
    close(loss.per_pair, [(a + b) / 2 for a, b in zip(first, second, strict=True)])
    close(loss.reduce(), sum(first + second) / (2 * len(Z1)))
    close(loss.reduce(), NTXentLoss(temperature)(Z1, Z2))


def test_nt_xent_of_images_that_are_all_orthogonal() -> None:
    """Anchor: one positive of cosine 1, 2N − 2 negatives of cosine 0."""
    z = torch.eye(5, dtype=torch.float64)
    close(nt_xent(z, 3 * z, 0.5).per_pair, [math.log(1 + 8 * math.exp(-2))] * 5)


@pytest.mark.parametrize("where", ["term", "similarity"])
def test_nt_xent_of_a_masked_pair_is_that_without_it(where: Where) -> None:
    mask = torch.tensor([True, False, True, True, False, True])
    z1, z2 = Z1.clone().requires_grad_(), Z2.clone().requires_grad_()
    loss = nt_xent(z1, z2, 0.5, where, mask)
    first, second = references.nt_xent_of(Z1.tolist(), Z2.tolist(), 0.5, [0, 2, 3, 5])
    wanted = [(one + other) / 2 for one, other in zip(first, second, strict=True)]
    if where == "term":
        close(loss.per_pair, wanted)
    assert float(loss.reduce().detach()) == pytest.approx(sum(wanted) / 4, rel=1e-12)
    weights = torch.tensor([1.0, 5.0, 2.0, 0.0, 5.0, 3.0])
    weighted = (wanted[0] + 2 * wanted[1] + 3 * wanted[3]) / 6
    if where == "term":
        assert float(loss.reduce(weights[mask]).detach()) == pytest.approx(weighted, rel=1e-12)
    torch.autograd.backward(loss.reduce())
    for z in (z1, z2):
        assert z.grad is not None
        assert (z.grad.abs().sum(1) > 0).tolist() == mask.tolist()


def test_nt_xent_of_a_pair_of_weight_0_is_not_that_without_it() -> None:
    weights = torch.tensor([1.0, 0, 1, 1, 0, 1])
    left = nt_xent(Z1, Z2, 0.5).reduce(weights)
    assert float(left) > float(nt_xent(Z1, Z2, 0.5, mask=weights > 0).reduce()) + 0.1


def test_nt_xent_with_weights_on_the_similarity() -> None:
    """w · (−s/t) + logsumexp, where a weighted term is w · (−s/t + logsumexp)."""
    term, similarity = nt_xent(Z1, Z2, 0.5), nt_xent(Z1, Z2, 0.5, where="similarity")
    close(similarity.reduce(), term.reduce())
    cosines = [references.cosine(a, b) for a, b in zip(Z1.tolist(), Z2.tolist(), strict=True)]
    close(similarity.per_pair, [-c / 0.5 for c in cosines])
    weights = torch.tensor([0.0, 1, 2, 0, 1, 2], dtype=torch.float64)
    pull = sum(float(w) * -c / 0.5 for w, c in zip(weights, cosines, strict=True)) / 6
    push = float(term.reduce()) + sum(cosines) / 0.5 / 6
    close(similarity.reduce(weights), pull + push)
    assert float(similarity.reduce(weights)) != pytest.approx(float(term.reduce(weights)))


def test_negative_cosine() -> None:
    loss = negative_cosine(P1, Z2, P2, Z1)
    arguments = (t.tolist() for t in (P1, Z2, P2, Z1))
    close(loss.per_pair, references.negative_cosine(*arguments))
    theirs = NegativeCosineSimilarity()
    close(loss.reduce(), (theirs(P1, Z2) + theirs(P2, Z1)) / 2)
    opposite = negative_cosine(Z1, 2 * Z1, -Z2, Z2).per_direction
    assert opposite is not None
    close(opposite, [[-1.0] * 6, [1.0] * 6])


def test_distance_of_unit_rows_is_two_less_two_cosines() -> None:
    loss = negative_cosine(P1, Z2, P1, Z2)
    unit = [t / t.norm(dim=1, keepdim=True) for t in (P1, Z2)]
    close(2 + 2 * loss.per_pair, (unit[0] - unit[1]).square().sum(1))


def test_vicreg() -> None:
    loss = vicreg(Z1, Z2)
    squares, variance, covariance = references.vicreg(Z1.tolist(), Z2.tolist())
    close(loss.per_pair, [25 * s for s in squares])
    close(loss.batch_term, 25 * variance + covariance)
    close(loss.reduce(), VICRegLoss()(Z1, Z2))
    close(
        vicreg(Z1, Z2, 1, 2, 3, variance_average=False).reduce(),
        sum(squares) / 6 + 2 * 2 * variance + 3 * covariance,
    )
    close(loss.logs["variance"], variance)
    close(loss.logs["covariance"], covariance)


def test_vicreg_of_a_constant_and_of_independent_dimensions() -> None:
    constant = torch.ones(6, 4, dtype=torch.float64)
    close(vicreg(constant, constant + 2).per_pair, [25 * 4.0] * 6)
    close(vicreg(constant, constant).batch_term, 25 * (1 - 0.01))
    ones = torch.tensor([[3.0, 3], [3, -3], [-3, 3], [-3, -3]], dtype=torch.float64)
    close(vicreg(ones, ones).batch_term, 0.0)


@pytest.mark.parametrize("temperature", [0.1, 0.2, 1.0])
def test_info_nce(temperature: float) -> None:
    queued = info_nce(Z1, Z2, QUEUE, temperature)
    wanted = references.info_nce(Z1.tolist(), Z2.tolist(), QUEUE.tolist(), temperature)
    close(queued.per_pair, wanted)
    theirs = NTXentLoss(temperature, memory_bank_size=(5, 4))
    theirs.memory_bank.bank = torch.nn.functional.normalize(QUEUE)
    close(queued.reduce(), theirs(Z1, Z2))
    inside = [
        references.info_nce([q], [k], others, temperature)[0]
        for q, k, others in zip(Z1.tolist(), Z2.tolist(), others_in_batch(Z2), strict=True)
    ]
    close(info_nce(Z1, Z2, None, temperature).per_pair, inside)


@pytest.mark.parametrize(("queue", "others"), [(QUEUE, others_in_queue), (None, others_in_batch)])
def test_relational(queue: torch.Tensor | None, others: Others) -> None:
    wanted = references.relational(Z1.tolist(), Z2.tolist(), others(Z2), 0.1, 0.04)
    close(relational(Z1, Z2, queue).per_pair, wanted)


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
@pytest.mark.parametrize(("queue", "others"), [(QUEUE, others_in_queue), (None, others_in_batch)])
def test_sce(queue: torch.Tensor | None, others: Others, share: float) -> None:
    wanted = references.sce(Z1.tolist(), Z2.tolist(), others(Z2), 0.1, 0.05, share)
    close(sce(Z1, Z2, queue, coefficient=share).per_pair, wanted)


def test_whitened_mse() -> None:
    z1, z2 = related(3, count=12, dims=3)
    whole = whitened_mse(z1, z2, slice_size=12)
    close(whole.per_pair, references.whitened_mse(z1.tolist(), z2.tolist()))
    halves = whitened_mse(z1, z2, slice_size=6)
    wanted = [
        references.whitened_mse(z1[part].tolist(), z2[part].tolist())
        for part in (slice(0, 6), slice(6, 12))
    ]
    close(halves.per_pair, wanted[0] + wanted[1])


def test_whitened_mse_as_lightly_has_it() -> None:
    z1, z2 = (z.float() for z in related(3, count=12, dims=3))
    theirs = WMSELoss(embedding_dim=3, w_size=12, track_running_stats=False)
    wanted = theirs(torch.cat([z1, z2]))
    torch.testing.assert_close(
        whitened_mse(z1, z2, slice_size=12).reduce(), wanted, rtol=1e-5, atol=1e-6
    )


def test_whitened_mse_of_identical_and_of_opposite_views() -> None:
    z = rows(5, 12, 3)
    close(whitened_mse(z, z, slice_size=12).per_pair, [0.0] * 12)
    close(whitened_mse(z, -z, slice_size=12).per_pair, [4.0] * 12)


def test_what_is_watched() -> None:
    z1, z2 = Z1.clone(), Z2.clone()
    z2[3] = 0
    watched = nt_xent(z1, z2).logs
    pairs = [[references.cosine(a, b) if any(b) else 0.0 for b in z2.tolist()] for a in z1.tolist()]
    positive = sum(pairs[i][i] for i in range(6))
    close(watched["positive_cosine"], positive / 6)
    close(watched["negative_cosine"], (sum(map(sum, pairs)) - positive) / 30)
    close(watched["zero_norm_rows"], 1.0)
    alone = negative_cosine(*(t[:1] for t in (P1, Z2, P2, Z1))).logs
    close(alone["negative_cosine"], 0.0)
