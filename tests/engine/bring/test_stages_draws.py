"""The keys of transforms that were taken apart: draws, replays, batches."""

from __future__ import annotations

import json
import random
from typing import Any

import albumentations as A
import numpy as np
import pytest
import torch
from torchvision import transforms as v1

import augscore
from augscore import Draw, Policy
from augscore.engine.bring.stages import staged
from tests.engine.bring.staging import Sometimes, tilted


def test_each_transform_has_its_own_numbers(bytes40: torch.Tensor) -> None:
    def noise(image: torch.Tensor) -> torch.Tensor:
        return image + torch.rand(()) / 4

    black = torch.zeros_like(bytes40)
    two = v1.Compose([v1.ToTensor(), v1.Lambda(noise), v1.Lambda(noise)])
    (sums,), draw = augscore.augment(black, staged(Policy.of(two, size=40)), seed=1)
    _, alone = augscore.augment(
        black, staged(Policy.of(v1.Compose([v1.ToTensor(), v1.Lambda(noise)]), size=40)), seed=1
    )
    first, second = ([t["magnitudes"]["key"] for t in draw.describe(i, 0)["steps"]] for i in (0, 1))
    assert len({*first, *second}) == 4
    assert alone.describe(0, 0)["steps"][0]["magnitudes"]["key"] == first[0]
    for image in range(2):
        keys = [t["magnitudes"]["key"] for t in draw.describe(image, 0)["steps"]]
        wanted = sum(_first_number(key) / 4 for key in keys)
        assert float(sums[image, 0, 0, 0]) == pytest.approx(wanted, abs=1e-6)


def _first_number(key: int) -> float:
    return float(torch.rand((), generator=torch.Generator().manual_seed(key & (2**64 - 1))))


def test_another_transform_in_front_leaves_a_key_alone(bytes40: torch.Tensor) -> None:
    def keys(*transforms: Any) -> dict[str, int]:
        policy = staged(Policy.of(v1.Compose([*transforms]), size=40))
        _, draw = augscore.augment(bytes40, policy, seed=2)
        return {t["op"]: t["magnitudes"].get("key") for t in draw.describe(3, 0)["steps"]}

    plain = keys(v1.Lambda(tilted))
    assert keys(Sometimes(0.5), v1.Lambda(tilted))["tilted"] == plain["tilted"]


def test_a_draw_replays_and_goes_through_json(mixed_sizes: list[torch.Tensor]) -> None:
    def made() -> Policy:
        compose = A.Compose([A.RandomCrop(32, 32), A.GaussNoise(p=0.5), A.CoarseDropout(p=0.5)])
        return staged(Policy.of(compose, name="theirs", size=32))

    (views,), draw = augscore.augment(mixed_sizes, made(), seed=5)
    read = Draw.from_json(json.loads(json.dumps(draw.to_json(), allow_nan=False)))
    assert read == draw
    assert [told["op"] for told in read.describe(0, 0)["steps"] if "stage" not in told] == [
        "RandomCrop",
        "GaussNoise",
        "CoarseDropout",
    ]
    (again,) = augscore.replay(mixed_sizes, read, policy=made())
    assert torch.equal(again, views)


@pytest.mark.parametrize("name", ["torchvision", "albumentations"])
def test_a_key_gives_its_pixels_in_any_batch(name: str, mixed_sizes: list[torch.Tensor]) -> None:
    pipeline = {
        "torchvision": v1.Compose(
            [
                v1.RandomCrop(32),
                v1.RandomChoice([v1.Lambda(tilted), v1.RandomInvert(0.5)]),
                v1.RandomOrder([v1.Lambda(tilted), v1.ColorJitter(0.4)]),
            ]
        ),
        "albumentations": A.Compose(
            [A.RandomCrop(32, 32), A.OneOf([A.GaussNoise(), A.MotionBlur()], p=0.7), A.CLAHE()]
        ),
    }[name]
    policy = staged(Policy.of(pipeline, size=32))
    names = [*"abcde"]
    (together,), _ = augscore.augment(mixed_sizes, policy, ids=names, seed=3)
    for place in reversed(range(5)):
        random.random(), np.random.random(), torch.rand(1)
        (alone,), _ = augscore.augment([mixed_sizes[place]], policy, ids=[names[place]], seed=3)
        assert torch.equal(alone[0], together[place])


def test_nobody_elses_random_numbers_move() -> None:
    def shaken(image: Any) -> Any:
        random.random(), np.random.random(), torch.rand(1)
        return image

    pipeline = Policy.of(v1.Compose([v1.Lambda(shaken), v1.RandomCrop(32)]), size=32)
    compose = A.Compose([A.GaussNoise(p=1)], seed=3)
    theirs = compose.transforms[0].random_generator.bit_generator.state
    before = random.getstate(), str(np.random.get_state()), torch.get_rng_state()
    staged(pipeline)
    staged(Policy.of(compose, size=32))
    assert random.getstate() == before[0]
    assert str(np.random.get_state()) == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
    assert compose.transforms[0].random_generator.bit_generator.state == theirs
