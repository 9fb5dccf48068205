"""Recipes: each can be built and run, says where it comes from, and holds the published numbers."""

from __future__ import annotations

import re
from itertools import product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from augscore.engine.presets import PRESETS
from augscore.errors import UsageError
from augscore.methods.record import Embeddings, TargetConstants
from augscore.methods.table import METHODS
from augscore.methods.wmse import WmseConstants
from augscore.training.networks.siamese import Online, make_siamese
from augscore.training.recipes.defaults import Defaults
from augscore.training.recipes.find import RECIPES, defaults_for, recipe_names
from augscore.training.stepping.optimisers import make_optimizer, peak_rate

DATA_SETS = ("cifar10", "cifar100", "imagenet100")
EVERY = [pytest.param(d, id=f"{d.method}-{d.recipe}") for d in RECIPES.values()]


def test_every_method_has_a_recipe_for_every_data_set() -> None:
    assert set(product(METHODS, DATA_SETS)) <= set(RECIPES)


CARRIED_OVER = {
    ("simclr", "cifar100"),
    ("simsiam", "cifar100"),
    ("moco", "cifar100"),
    ("sce", "cifar100"),
    ("sce", "imagenet100"),
}


def test_a_recipe_says_where_it_comes_from() -> None:
    """A paper or a repository by owner and name, and whether the numbers are of other data."""
    for key, defaults in RECIPES.items():
        assert re.search(r"arXiv \d{4}\.\d{5}|\b[\w-]+/[\w-]+", defaults.source), key
        assert ("Carried over" in defaults.source) == (key in CARRIED_OVER), key


@pytest.mark.parametrize("defaults", EVERY)
def test_its_networks_take_a_step_on_its_loss(defaults: Defaults) -> None:
    """On a small backbone: heads, constants, loss and optimiser fit one another."""
    method = METHODS[defaults.method]
    net = make_siamese(
        "small",
        size=32,
        projector=defaults.projector,
        predictor=defaults.predictor,
        seed=0,
    )
    optimizer = make_optimizer(net, defaults.optim, defaults.batch_size)
    count = least_batch(defaults)
    random = torch.Generator().manual_seed(0)
    views = [torch.rand(count, 3, 32, 32, generator=random) for _ in range(2)]
    loss = method.loss(embeddings(net(views), method.has_target), defaults.constants)
    before = [p.detach().clone() for p in net.parameters()]
    (loss.per_pair.mean() + loss.batch_term).backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    after = list(net.parameters())
    assert all(bool(p.isfinite().all()) for p in after)
    assert any(not torch.equal(a, b) for a, b in zip(before, after, strict=True))


def embeddings(online: Online, has_target: bool) -> Embeddings:
    p1, p2 = online.p or (None, None)
    z1, z2 = online.z
    k1, k2 = (z1.detach(), z2.detach()) if has_target else (None, None)
    random = torch.Generator().manual_seed(0)
    return Embeddings(z1, z2, p1=p1, p2=p2, k1=k1, k2=k2, generator=random)


def least_batch(defaults: Defaults) -> int:
    constants = defaults.constants
    return constants.slice_size if isinstance(constants, WmseConstants) else 16


@pytest.mark.parametrize("defaults", EVERY)
def test_its_parts_know_each_other(defaults: Defaults) -> None:
    method = METHODS[defaults.method]
    assert type(defaults.constants) is type(method.constants)
    policy = PRESETS[defaults.policy]
    assert policy.size == defaults.size
    assert len(policy.views) == 2
    assert defaults.batch_size % least_batch(defaults) == 0
    if defaults.predictor is not None:
        assert defaults.predictor.out == defaults.projector.out
    if isinstance(defaults.constants, TargetConstants):
        keys = defaults.batch_size * (2 if defaults.constants.symmetric else 1)
        assert keys <= defaults.constants.queue_size


RATES = {
    ("simclr", "cifar10"): 2.0,
    ("simsiam", "cifar10"): 0.06,
    ("wmse", "cifar10"): 3e-3,
    ("wmse", "cifar10-4views"): 3e-3,
    ("vicreg", "cifar10"): 0.3,
    ("moco", "cifar10"): 0.06,
    ("ressl", "cifar10"): 0.05,
    ("sce", "cifar10"): 0.06,
    ("simclr", "imagenet100"): 0.3,
    ("wmse", "imagenet100"): 2e-3,
}


@pytest.mark.parametrize(("key", "rate"), RATES.items())
def test_the_peak_is_the_one_that_was_published(key: tuple[str, str], rate: float) -> None:
    defaults = RECIPES[key]
    assert peak_rate(defaults.optim, defaults.batch_size) == pytest.approx(rate)


def test_four_views_are_an_option_of_whitening() -> None:
    names = recipe_names("wmse")
    assert names == [*DATA_SETS[:2], "cifar10-4views", "cifar100-4views", "imagenet100"]
    four = defaults_for("wmse", "cifar10-4views", None)
    assert (four.views, four.batch_size, four.source[:7]) == (4, 256, "W-MSE 4")


def test_the_size_stands_in_for_the_recipes() -> None:
    assert defaults_for("simclr", "imagenet100", None).size == 224
    assert defaults_for("simclr", "ImageNet100", 128).size == 128


@given(st.sampled_from(list(METHODS)), st.none() | st.integers(8, 512))
def test_without_a_recipe_the_size_decides(method: str, size: int | None) -> None:
    own = defaults_for(method, None, size)
    like = RECIPES[method, "cifar10" if size is None or size < 64 else "imagenet100"]
    assert (own.method, own.recipe, own.epochs, own.batch_size) == (method, None, 200, 256)
    assert (own.policy, own.projector, own.optim) == (like.policy, like.projector, like.optim)
    assert own.size == (size or 32)
    assert own.source.endswith(like.source)
    if isinstance(own.constants, TargetConstants):
        assert own.constants.queue_size <= 4096


def test_an_unknown_name_tells_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"simclr has no recipe named 'cifar1'.*mean cifar10"):
        defaults_for("simclr", "cifar1", None)
    with pytest.raises(UsageError, match="unknown method 'simcrl'"):
        defaults_for("simcrl", None, None)
