from __future__ import annotations

from dataclasses import replace

import pytest
import torchvision.transforms.v2 as T

from augscore.engine.policies import find_policy
from augscore.engine.policy import Policy
from augscore.errors import UsageError
from augscore.training.config import WeightingConfig
from augscore.training.weighing.check import check_weighting

SIMCLR = find_policy("simclr-cifar")
FOREIGN = Policy.of(T.Compose([T.RandomResizedCrop(32), T.Lambda(lambda x: x)]))
SMALL_CROPS = replace(SIMCLR, views=(SIMCLR.views[0], replace(SIMCLR.views[0], size=24)))


@pytest.mark.parametrize(
    ("config", "policy", "size"),
    [
        (WeightingConfig(), FOREIGN, 8),
        (WeightingConfig(kind="pixel"), FOREIGN, 8),
        (WeightingConfig(kind="parameter"), SIMCLR, 8),
        (WeightingConfig(kind="score"), SMALL_CROPS, 16),
        (WeightingConfig(kind="scorecl", reading="strength", amplitude=7), SIMCLR, 16),
        (WeightingConfig(kind="permuted", reading="strength"), SIMCLR, 32),
    ],
)
def test_what_can_be_weighed(config: WeightingConfig, policy: Policy, size: int) -> None:
    check_weighting(config, policy, size)


@pytest.mark.parametrize(
    ("config", "policy", "size", "code"),
    [
        (WeightingConfig(kind="score"), SIMCLR, 15, "weighting_size"),
        (WeightingConfig(kind="inverted", reading="strength"), SIMCLR, 31, "weighting_size"),
        (
            WeightingConfig(kind="score", reading="strength-between"),
            SMALL_CROPS,
            32,
            "weighting_size",
        ),
        (WeightingConfig(kind="parameter"), FOREIGN, 32, "weighting_policy"),
        (WeightingConfig(kind="score", sigma=0), SIMCLR, 32, "bad_value"),
        (WeightingConfig(kind="pixel", amplitude=1.5), SIMCLR, 32, "bad_value"),
        (WeightingConfig(kind="pixel", clip=0.5), SIMCLR, 32, "bad_value"),
        (WeightingConfig(kind="pixel", sign=0.5), SIMCLR, 32, "bad_value"),
        (WeightingConfig(kind="pixel", decay_epochs=-1), SIMCLR, 32, "bad_value"),
    ],
)
def test_what_cannot(config: WeightingConfig, policy: Policy, size: int, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_weighting(config, policy, size)
    assert caught.value.code == code
