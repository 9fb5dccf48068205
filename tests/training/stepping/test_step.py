"""One step, against the same step written out by hand."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch
from torch import nn

from augscore.engine.policies import find_policy
from augscore.errors import UsageError
from augscore.methods.moco import MocoConstants, info_nce
from augscore.methods.sce import SceConstants
from augscore.strength.scorer import Scorer
from augscore.training.config import WeightingConfig
from augscore.training.data.feed import Batch
from augscore.training.networks.siamese import Siamese
from augscore.training.stepping.update import check_weights
from augscore.training.weighing.scene import Scene
from tests.training.stepping.bench import PLAIN, STEPS, Bench, batch, bench, weights_of

Gradients = dict[str, torch.Tensor]
PIXEL = WeightingConfig(kind="pixel", shape="abs")


def cosine(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return (a * b).sum() / (a.square().sum().sqrt() * b.square().sum().sqrt())


def pixel_weights(views: list[torch.Tensor]) -> list[float]:
    """Root mean square differences over their mean."""
    gaps = [float((a - b).double().square().mean().sqrt()) for a, b in zip(*views, strict=True)]
    return [gap * len(gaps) / sum(gaps) for gap in gaps]


def simsiam_gradients(bench: Bench, batch: Batch, *, weighted: bool) -> tuple[float, Gradients]:
    """Image by image in float64."""
    network: Siamese = copy.deepcopy(bench.learner.online).double()
    views = [view.double() for view in bench.views(batch)]
    _, z, p = network(views)
    assert p is not None
    weights = pixel_weights(bench.plain_views(batch)) if weighted else [1.0] * len(z[0])
    total = torch.zeros((), dtype=torch.float64)
    for i, weight in enumerate(weights):
        forth = cosine(p[0][i], z[1][i].detach())
        back = cosine(p[1][i], z[0][i].detach())
        total = total - weight * (forth + back) / 2
    loss = total / sum(weights)
    names, parameters = zip(*network.named_parameters(), strict=True)
    gradients = torch.autograd.grad(loss, parameters)
    return float(loss.detach()), dict(zip(names, gradients, strict=True))


def assert_moved(bench: Bench, before: Gradients, gradients: Gradients) -> None:
    """By plain SGD."""
    for name, now in weights_of(bench.learner).items():
        wanted = before[name].double() - PLAIN.lr * gradients[name]
        torch.testing.assert_close(now.double(), wanted, rtol=1e-4, atol=2e-6)
    assert any(float(gradient.abs().max()) > 1e-3 for gradient in gradients.values())


@pytest.mark.parametrize("weighted", [False, True])
def test_a_step_is_that_of_the_equations(weighted: bool) -> None:
    made = bench("simsiam", weighting=PIXEL if weighted else None)
    loss, gradients = simsiam_gradients(made, batch(), weighted=weighted)
    before = weights_of(made.learner)
    (outcome,) = made.step(batch())
    assert float(outcome.loss.detach()) == pytest.approx(loss, abs=1e-5)
    assert_moved(made, before, gradients)
    assert made.learner.step == 1


def test_accumulated_batches_move_by_the_mean_of_their_gradients() -> None:
    made = bench("simsiam", weighting=PIXEL, optim=replace(PLAIN, accumulate=2))
    parts = [batch(0, 4), batch(20, 4)]
    (_, first), (_, second) = (simsiam_gradients(made, part, weighted=True) for part in parts)
    before = weights_of(made.learner)
    assert len(made.step(*parts)) == 2
    assert_moved(made, before, {name: (first[name] + second[name]) / 2 for name in first})
    assert made.learner.step == 1


def test_a_long_gradient_is_cut_to_its_largest_norm() -> None:
    made = bench("simsiam", optim=replace(PLAIN, clip_norm=1e-3))
    _, gradients = simsiam_gradients(made, batch(), weighted=False)
    whole = torch.stack([g.square().sum() for g in gradients.values()]).sum().sqrt()
    assert whole > 1e-2
    before = weights_of(made.learner)
    made.step(batch())
    for name, now in weights_of(made.learner).items():
        wanted = -PLAIN.lr * gradients[name] * 1e-3 / whole
        torch.testing.assert_close((now - before[name]).double(), wanted, rtol=1e-2, atol=1e-7)


def test_the_copy_follows_the_new_weights_by_the_momentum_of_its_step() -> None:
    made = bench("moco", constants=MocoConstants(momentum=0.5, momentum_end=1.0))
    target = made.learner.target
    assert target is not None
    for momentum in (0.5, 1 - 0.25 * (1 + torch.cos(torch.tensor(torch.pi / STEPS)).item())):
        before = {name: p.clone() for name, p in target.named_parameters()}
        made.step(batch())
        now = weights_of(made.learner)
        for name, parameter in target.named_parameters():
            wanted = momentum * before[name] + (1 - momentum) * now[name]
            torch.testing.assert_close(parameter, wanted, rtol=1e-5, atol=1e-7)
    assert any(not torch.equal(parameter, now[name]) for name, parameter in before.items())


def keys_and_queries(made: Bench, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Of the first view by the copy, and of the second by the trained network."""
    assert made.learner.target is not None
    key, query = made.views(batch)
    with torch.no_grad():
        return made.learner.target([key])[0], made.learner.online([query]).z[0]


def test_keys_join_the_queue_behind_the_loss_that_they_are_of() -> None:
    made = bench("moco", constants=MocoConstants(queue_size=16))
    queue = made.learner.queue
    assert queue is not None
    held = torch.zeros(0, 8)
    for first in (0, 10):
        k, q = keys_and_queries(made, batch(first))
        wanted = info_nce(q, k, held if len(held) else None).reduce()
        (outcome,) = made.step(batch(first))
        torch.testing.assert_close(outcome.loss.detach(), wanted, rtol=1e-4, atol=1e-5)
        held = torch.cat([held, k])
        torch.testing.assert_close(queue.keys(), held, rtol=1e-4, atol=1e-5)


class Listener:
    """Hears what goes into a module that is called with a list of views."""

    def __init__(self, module: nn.Module) -> None:
        self.heard: list[list[torch.Tensor]] = []
        module.register_forward_pre_hook(self._hear)

    def _hear(self, module: nn.Module, inputs: tuple[list[torch.Tensor]]) -> None:
        self.heard.append([view.clone() for view in inputs[0]])


@pytest.mark.parametrize("weak_first", [True, False])
@pytest.mark.parametrize("method", ["sce", "moco", "ressl"])
def test_the_weak_view_goes_through_the_copy_and_the_strong_one_is_trained_on(
    method: str, weak_first: bool
) -> None:
    policy = find_policy("sce-cifar")
    assert [view.name for view in policy.views] == ["weak", "strong"]
    if not weak_first:
        policy = replace(policy, views=policy.views[::-1])
    made = bench(method, policy=policy)
    weak, strong = made.views(batch())[:: 1 if weak_first else -1]
    assert made.learner.target is not None
    copied, trained = Listener(made.learner.target), Listener(made.learner.online)
    made.step(batch())
    (keys,), (queries,) = copied.heard, trained.heard
    assert len(keys) == len(queries) == 1
    torch.testing.assert_close(keys[0], weak, rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(queries[0], strong, rtol=1e-5, atol=1e-5)


def test_both_views_are_keys_where_the_loss_is_symmetric() -> None:
    made = bench("sce", constants=SceConstants(queue_size=32, symmetric=True), policy="sce-cifar")
    assert made.learner.target is not None
    assert made.learner.queue is not None
    with torch.no_grad():
        keys = torch.cat(made.learner.target(made.views(batch())))
    copied, trained = Listener(made.learner.target), Listener(made.learner.online)
    made.step(batch())
    assert len(copied.heard[0]) == len(trained.heard[0]) == 2
    torch.testing.assert_close(made.learner.queue.keys(), keys, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", ["simclr", "simsiam", "vicreg", "moco", "ressl", "sce"])
def test_equal_weights_are_no_weights_to_the_last_bit(method: str) -> None:
    ones = WeightingConfig(kind="pixel", shape="rank", amplitude=0.0)
    weighted, plain = bench(method, weighting=ones), bench(method)
    assert weighted.step(batch())[0].weights is not None
    assert plain.step(batch())[0].weights is None
    held = weights_of(plain.learner)
    for name, parameter in weights_of(weighted.learner).items():
        assert torch.equal(parameter, held[name])


def test_weights_are_for_the_pair_that_they_are_of(tiny_scorer: Scorer) -> None:
    by_score = bench("simsiam", weighting=WeightingConfig(kind="score"), scorer=tiny_scorer)
    permuted = bench("simsiam", weighting=WeightingConfig(kind="permuted"), scorer=tiny_scorer)
    own, others = by_score.step(batch())[0].weights, permuted.step(batch())[0].weights
    assert own is not None
    assert others is not None
    assert torch.equal(own.values.sort().values, others.values.sort().values)
    assert not torch.equal(own.values, others.values)
    held = weights_of(permuted.learner)
    assert any(not torch.equal(p, held[n]) for n, p in weights_of(by_score.learner).items())


def test_the_score_network_neither_moves_nor_gets_a_gradient(tiny_scorer: Scorer) -> None:
    network = tiny_scorer.model.denoiser
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    made = bench("simclr", weighting=WeightingConfig(kind="score"), scorer=tiny_scorer)
    made.step(batch())
    assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
    assert all(parameter.grad is None for parameter in network.parameters())


def test_pairs_are_weighed_before_their_views_are_normalised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = bench("simclr", weighting=PIXEL)
    seen: list[torch.Tensor] = []
    gaps = type(made.run.weigher).gaps

    def watched(self: object, scene: Scene) -> torch.Tensor:
        seen.extend(view.clone() for view in scene.views)
        return gaps(made.run.weigher, scene)

    monkeypatch.setattr(type(made.run.weigher), "gaps", watched)
    trained = Listener(made.learner.online)
    made.step(batch())
    for found, wanted in zip(seen, made.plain_views(batch()), strict=True):
        assert torch.equal(found, wanted)
    for found, wanted in zip(trained.heard[0], made.views(batch()), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-5)


def test_a_loss_that_is_no_number_changes_nothing() -> None:
    made = bench("simsiam")
    with torch.no_grad():
        next(made.learner.online.projector.parameters()).fill_(torch.nan)
    before = weights_of(made.learner)
    with pytest.raises(UsageError, match="the loss of step 1 is nan") as caught:
        made.step(batch())
    assert caught.value.code == "loss_not_finite"
    assert made.learner.step == 0
    for name, now in weights_of(made.learner).items():
        torch.testing.assert_close(now, before[name], rtol=0, atol=0, equal_nan=True)


def test_weights_that_overflowed_are_no_checkpoint() -> None:
    made = bench("simsiam")
    check_weights(made.learner)
    with torch.no_grad():
        next(made.learner.online.parameters())[0] = torch.inf
    with pytest.raises(UsageError, match="weights are not finite") as caught:
        check_weights(made.learner)
    assert caught.value.code == "loss_not_finite"
