"""From what was asked to one configuration: recipes, flags, settings, and what the images allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from augscore.errors import InputError, UsageError
from augscore.methods.record import TargetConstants
from augscore.methods.table import METHODS
from augscore.training.planning.request import TrainRequest, Value
from augscore.training.planning.resolve import Images, resolve, setting_names
from augscore.training.planning.settings import leaves
from augscore.training.recipes.find import defaults_for

CPU = torch.device("cpu")
MANY = Images(50_000, 32)


def ask(method: str = "simclr", **changes: object) -> TrainRequest:
    return replace(TrainRequest(method=method, out=Path("run")), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", METHODS)
def test_a_recipe_decides_everything_that_is_not_asked_for(method: str) -> None:
    resolved = resolve(ask(method, recipe="cifar10"), MANY, CPU)
    published = defaults_for(method, "cifar10", None)
    config = resolved.config
    assert (config.arch, config.size, config.epochs) == (
        published.arch,
        published.size,
        published.epochs,
    )
    assert (config.batch_size, config.optim) == (published.batch_size, published.optim)
    assert (config.projector, config.predictor) == (published.projector, published.predictor)
    assert config.policy == published.policy
    assert resolved.source == published.source
    assert config.steps == published.epochs * (50_000 // published.batch_size)


@pytest.mark.parametrize("method", METHODS)
def test_every_setting_can_be_set(method: str) -> None:
    config = resolve(ask(method), MANY, CPU).config
    values = dict(leaves(config))
    other: dict[type, Value] = {bool: True, int: 3, float: 0.25}
    for name in sorted(setting_names(config) - {"queue_size", "optim.accumulate"}):
        value = other.get(type(values[name]))
        if value is None:
            continue
        changed = resolve(ask(method, settings={name: value}), MANY, CPU).config
        assert dict(leaves(changed))[name] == value, name


@pytest.mark.parametrize(
    ("short_side", "size", "policy"), [(32, 32, "simclr-cifar"), (375, 224, "simclr")]
)
def test_the_images_decide_the_size_where_nobody_else_does(
    short_side: int, size: int, policy: str
) -> None:
    config = resolve(ask(), Images(1000, short_side), CPU).config
    assert (config.size, config.policy) == (size, policy)


def test_a_named_policy_brings_its_size() -> None:
    assert resolve(ask(policy="simclr"), MANY, CPU).config.size == 224
    assert resolve(ask(policy="simclr", size=48), MANY, CPU).config.size == 48


def test_the_flag_beats_the_setting() -> None:
    settings: dict[str, Value] = {"weighting.kind": "pixel", "weighting.shape": "sqrt"}
    config = resolve(ask(weighting="score", settings=settings), MANY, CPU).config
    assert (config.weighting.kind, config.weighting.shape) == ("score", "sqrt")
    assert resolve(ask(settings=settings), MANY, CPU).config.weighting.kind == "pixel"


def test_steps_stand_in_for_epochs() -> None:
    config = resolve(ask(steps=7, batch_size=100), Images(250, 32), CPU).config
    assert (config.steps, config.epochs) == (7, 4)


def test_a_batch_that_nobody_asked_for_fits_the_images() -> None:
    config = resolve(ask(), Images(51, 32), CPU).config
    assert (config.batch_size, config.steps) == (50, config.epochs)
    with pytest.raises(UsageError, match="takes 52 images, and there are 51") as caught:
        resolve(ask(batch_size=52), Images(51, 32), CPU)
    assert caught.value.code == "batch_too_large"


def test_accumulated_batches_count_as_one_step() -> None:
    request = ask(batch_size=10, epochs=2, settings={"optim.accumulate": 3})
    assert resolve(request, Images(100, 32), CPU).config.steps == 2 * (100 // 30)


def test_a_queue_holds_a_quarter_of_the_images_at_most_unless_it_is_asked_for() -> None:
    def size(request: TrainRequest) -> int:
        constants = resolve(request, Images(1000, 32), CPU).config.constants
        assert isinstance(constants, TargetConstants)
        return constants.queue_size

    assert size(ask("moco", batch_size=50)) == 250
    assert size(ask("moco", batch_size=50, settings={"queue_size": 4096})) == 4096


def test_processes_share_a_batch_evenly() -> None:
    with pytest.raises(UsageError, match="cannot be divided by 3 processes"):
        resolve(ask(batch_size=256), MANY, CPU, ranks=3)


def test_one_image_is_too_few() -> None:
    with pytest.raises(InputError, match="at least 2 images, found 1") as caught:
        resolve(ask(), Images(1, 32), CPU)
    assert caught.value.code == "too_few_images"


@pytest.mark.parametrize("name", ["optim.lrr", "epochs", "method", "weighting"])
def test_what_is_no_setting_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="unknown setting"):
        resolve(ask(settings={name: 1}), MANY, CPU)
