"""Optimisers against their formulas in float64, and rates against closed forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import nn

from augscore.errors import UsageError
from augscore.methods.record import Head
from augscore.training.config import OptimConfig, OptimizerName
from augscore.training.networks.siamese import Siamese, make_siamese
from augscore.training.stepping.optimisers import make_optimizer, peak_rate, rate_at, set_rates

LARS = OptimConfig(name="lars", lr=0.3, weight_decay=1e-2, trust_coefficient=0.02)
NAMES: tuple[OptimizerName, ...] = ("sgd", "adam", "adamw", "lars")


def siamese() -> Siamese:
    return make_siamese(
        "small-gn", size=32, projector=Head(32, 16), predictor=Head(8, 16), seed=0
    ).double()


def give_gradients(net: nn.Module, step: int) -> None:
    random = torch.Generator().manual_seed(step)
    for parameter in net.parameters():
        parameter.grad = torch.randn(parameter.shape, generator=random, dtype=torch.float64)


def lars_by_hand(
    w: torch.Tensor, g: torch.Tensor, v: torch.Tensor, rate: float, config: OptimConfig
) -> tuple[torch.Tensor, torch.Tensor]:
    """v ← m·v + ratio·(g + d·w), w ← w − rate·v; ratio = c·|w| / (|g| + d·|w|), 1 for vectors."""
    norm_w, norm_g = math.sqrt(float((w * w).sum())), math.sqrt(float((g * g).sum()))
    if w.ndim > 1:
        decay = config.weight_decay
        ratio = config.trust_coefficient * norm_w / (norm_g + decay * norm_w)
        ratio = min(ratio / rate, 1.0) if config.trust_clip else ratio
        g = ratio * (g + decay * w)
    v = config.momentum * v + g
    return w - rate * v, v


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("foreach", [False, True])
def test_lars_is_its_formula(clip: bool, foreach: bool) -> None:
    """Also in the form that takes all tensors at once, which GPUs use."""
    net, config = siamese(), replace(LARS, trust_clip=clip)
    optimizer = make_optimizer(net, config, 512)
    for group in optimizer.param_groups:
        group["foreach"] = foreach
    expected = [p.detach().clone() for p in net.parameters()]
    velocities = [torch.zeros_like(w) for w in expected]
    for step in range(3):
        rate = 0.6 / (step + 1)
        set_rates(optimizer, rate, peak=0.6)
        give_gradients(net, step)
        optimizer.step()
        for place, parameter in enumerate(net.parameters()):
            assert parameter.grad is not None
            expected[place], velocities[place] = lars_by_hand(
                expected[place], parameter.grad, velocities[place], rate, config
            )
    for parameter, value in zip(net.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.detach(), value, rtol=1e-6, atol=1e-9)


def test_lars_that_would_adapt_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"optim\.weight_decay 0 adapts no layer"):
        make_optimizer(siamese(), replace(LARS, weight_decay=0.0), 256)


@pytest.mark.parametrize("name", NAMES)
def test_every_trained_parameter_is_in_one_group(name: OptimizerName) -> None:
    net = siamese()
    net.backbone.requires_grad_(False)
    config = OptimConfig(name=name, fixed_predictor_lr=True)
    groups = make_optimizer(net, config, 256).param_groups
    placed = [id(p) for group in groups for p in group["params"]]
    assert sorted(placed) == sorted(id(p) for p in net.parameters() if p.requires_grad)


@pytest.mark.parametrize(("name", "spares"), [*zip(NAMES, (False, False, True, True), strict=True)])
def test_who_decays_vectors(name: OptimizerName, spares: bool) -> None:
    optimizer = make_optimizer(siamese(), OptimConfig(name=name, weight_decay=0.1), 256)
    for group in optimizer.param_groups:
        vectors = {p.ndim <= 1 for p in group["params"]}
        wanted = 0.0 if spares and True in vectors else 0.1
        assert group["weight_decay"] == wanted
        assert len(vectors) == 1 or not spares


@pytest.mark.parametrize("fixed", [False, True])
def test_the_predictor_may_keep_the_peak(fixed: bool) -> None:
    net = siamese()
    optimizer = make_optimizer(net, OptimConfig(fixed_predictor_lr=fixed), 256)
    set_rates(optimizer, 0.01, peak=0.06)
    assert net.predictor is not None
    predictor = set(net.predictor.parameters())
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            assert group["lr"] == (0.06 if fixed and parameter in predictor else 0.01)


def sgd_by_hand(w: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
    return w - (g + 0.1 * w)


def adam_by_hand(w: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
    """At the first step both averages, their bias corrected, are those of one gradient."""
    g = g + 0.1 * w
    return w - g / (g.abs() + 1e-8)


def adamw_by_hand(w: torch.Tensor, g: torch.Tensor) -> torch.Tensor:
    return w * (0.9 if w.ndim > 1 else 1.0) - g / (g.abs() + 1e-8)


@pytest.mark.parametrize(
    ("name", "by_hand"), [("sgd", sgd_by_hand), ("adam", adam_by_hand), ("adamw", adamw_by_hand)]
)
def test_the_first_step_is_by_the_book(
    name: OptimizerName, by_hand: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
) -> None:
    net = siamese()
    before = [p.detach().clone() for p in net.parameters()]
    give_gradients(net, 0)
    make_optimizer(net, OptimConfig(name=name, lr=0.5, weight_decay=0.1), 512).step()
    for old, parameter in zip(before, net.parameters(), strict=True):
        assert parameter.grad is not None
        torch.testing.assert_close(parameter.detach(), by_hand(old, parameter.grad))


def test_the_peak_grows_with_the_batch() -> None:
    assert peak_rate(OptimConfig(lr=0.3), 512) == pytest.approx(0.6)
    assert peak_rate(OptimConfig(lr=0.3, scale_lr=False), 512) == 0.3


def rates(config: OptimConfig, *, epochs: int, steps_per_epoch: int = 10) -> list[float]:
    steps = epochs * steps_per_epoch
    return [
        rate_at(n, config=config, peak=2.0, steps=steps, steps_per_epoch=steps_per_epoch)
        for n in range(steps)
    ]


def test_warm_up_in_epochs_then_half_a_cosine() -> None:
    got = rates(OptimConfig(warmup_epochs=2), epochs=12)
    assert got[:20] == pytest.approx([2.0 * (n + 1) / 20 for n in range(20)])
    assert got[20:] == pytest.approx([1 + math.cos(math.pi * n / 100) for n in range(100)])


def test_a_warm_up_in_steps_stands_in_for_epochs() -> None:
    got = rates(OptimConfig(warmup_epochs=2, warmup_steps=5, schedule="constant"), epochs=12)
    assert got == pytest.approx([0.4, 0.8, 1.2, 1.6] + [2.0] * 116)


def test_drops_count_from_the_end() -> None:
    config = OptimConfig(schedule="steps", warmup_steps=4, milestones=(5, 2.5), gamma=0.2)
    got = rates(config, epochs=20)
    assert got[4:150] == [2.0] * 146
    assert got[150:175] == pytest.approx([0.4] * 25)
    assert got[175:] == pytest.approx([0.08] * 25)


def test_a_short_run_reaches_its_peak_at_half_its_time() -> None:
    cosine = rates(OptimConfig(warmup_epochs=10), epochs=4)
    assert cosine[20:] == pytest.approx([1 + math.cos(math.pi * n / 20) for n in range(20)])
    config = OptimConfig(schedule="steps", warmup_epochs=10, milestones=(50, 25))
    assert rates(config, epochs=4)[19:] == pytest.approx([2.0] * 21)
