"""Linear probes: optimality in float64, recovery of a known plane, and reproduction."""

from __future__ import annotations

import pytest
import torch

from augscore.evaluation import linear
from augscore.evaluation.knn import Bank
from augscore.evaluation.linear import AdamProbe, fit_by_adam, fit_logistic


def classes(rows: int, seed: int, *, apart: float = 1.0) -> Bank:
    generator = torch.Generator().manual_seed(seed)
    centres = apart * torch.randn((3, 5), generator=torch.Generator().manual_seed(7))
    labels = torch.randint(0, 3, (rows,), generator=generator)
    noise = torch.randn((rows, 5), generator=generator)
    return Bank(20 + 3 * (centres[labels] + noise), labels)


def test_the_logistic_probe_is_where_its_gradient_vanishes() -> None:
    """By the closed form of the gradient: W = strength · Σ (onehot − p) xᵀ, Σ (onehot − p) = 0."""
    bank, strength = classes(200, 0), 0.3
    probe = fit_logistic(bank, strength=strength)
    features = bank.features.double()
    mean, sd = features.mean(0), features.std(0, correction=0)
    scaled = (features - mean) / sd
    weight = probe.weight * sd
    bias = probe.bias + probe.weight @ mean
    logits = scaled @ weight.T + bias
    left = torch.nn.functional.one_hot(bank.labels, 3) - logits.softmax(1)
    assert torch.allclose(weight, strength * left.T @ scaled, atol=2e-3)
    assert float(left.sum(0).abs().max()) < 2e-3
    assert float(weight.abs().max()) > 0.1


def test_stronger_is_less_shrunk() -> None:
    bank = classes(200, 0)
    norms = [float(fit_logistic(bank, strength=s).weight.norm()) for s in (1e-3, 1e-1, 10)]
    assert norms == sorted(norms)
    assert norms[0] < norms[-1] / 2


@pytest.mark.parametrize("how", ["adam", "logistic"])
def test_a_probe_tells_classes_apart_that_lie_apart(how: str) -> None:
    bank, test = classes(300, 0, apart=4), classes(200, 1, apart=4)
    probe = fit_by_adam(bank, AdamProbe(epochs=300)) if how == "adam" else fit_logistic(bank)
    assert float((probe.predict(test.features) == test.labels).double().mean()) > 0.97


def test_adams_steps_are_those_of_loops() -> None:
    """Two epochs of one batch, in float64, by the published formula of Adam."""
    bank = classes(12, 2)
    recipe = AdamProbe(epochs=2, batch_size=12, lr=0.1, last_lr=0.001, weight_decay=0.5)
    probe = fit_by_adam(bank, recipe)
    x, onehot = bank.features.double(), torch.nn.functional.one_hot(bank.labels, 3).double()
    weight, first, second = (torch.zeros(3, 6, dtype=torch.float64) for _ in range(3))
    x = torch.cat([x, torch.ones(12, 1, dtype=torch.float64)], dim=1)
    for step, lr in ((1, 0.1), (2, 0.01)):
        gradient = -(onehot - (x @ weight.T).softmax(1)).T @ x / 12 + 0.5 * weight
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient.square()
        corrected = (second / (1 - 0.999**step)).sqrt() + 1e-8
        weight = weight - lr * first / (1 - 0.9**step) / corrected
    assert torch.allclose(probe.weight.double(), weight[:, :5], atol=1e-4)
    assert torch.allclose(probe.bias.double(), weight[:, 5], atol=1e-4)


def test_the_same_seed_gives_the_same_probe_and_another_one_another() -> None:
    bank = classes(100, 0)
    state = torch.random.get_rng_state()
    one, again, other = (
        fit_by_adam(bank, AdamProbe(epochs=3, batch_size=30, seed=seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(one.weight, again.weight)
    assert not torch.equal(one.weight, other.weight)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("batch_size", [1, 3, 6, 7, 100])
def test_every_image_of_an_epoch_moves_the_weights(batch_size: int) -> None:
    """Each image has a feature of its own, whose weights no other image can move."""
    bank = Bank(torch.eye(7), torch.tensor([0, 1, 2, 0, 1, 2, 0]))
    probe = fit_by_adam(bank, AdamProbe(epochs=1, batch_size=batch_size, weight_decay=0))
    assert float(probe.weight.abs().amax(dim=0).min()) > 0


def test_every_epoch_has_an_order_of_its_own() -> None:
    orders = [linear._order(50, seed, epoch) for seed in (0, 1) for epoch in (0, 1)]
    assert all(sorted(order.tolist()) == list(range(50)) for order in orders)
    assert len({tuple(order.tolist()) for order in orders}) == 4


def test_a_constant_feature_and_an_absent_class_are_no_trouble() -> None:
    features = torch.randn((40, 3), generator=torch.Generator().manual_seed(0))
    features[:, 1] = 5
    bank = Bank(features, torch.tensor([0, 3] * 20))
    probe = fit_logistic(bank)
    assert bool(torch.isfinite(probe.weight).all())
    assert {*probe.predict(features).tolist()} <= {0, 3}


def test_under_no_grad_it_learns_as_well() -> None:
    bank = classes(50, 0)
    with torch.no_grad():
        quiet = fit_by_adam(bank, AdamProbe(epochs=2)), fit_logistic(bank)
    loud = fit_by_adam(bank, AdamProbe(epochs=2)), fit_logistic(bank)
    for one, other in zip(quiet, loud, strict=True):
        assert torch.equal(one.weight, other.weight)
