"""Pipelines taken apart: which transforms, in which form, and what stays whole."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import albumentations as A
import kornia.augmentation as K
import pytest
import torch
from timm.data.transforms_factory import create_transform
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Draw, Policy
from augscore.engine.bring import piece
from augscore.engine.bring.stages import staged
from augscore.engine.nodes import Foreign, Stage
from augscore.engine.presets import preset
from augscore.errors import InputError
from tests.engine.bring.staging import Sometimes, inside, mirrored, tilted, told


def test_torchvision_is_taken_apart() -> None:
    first = v1.Compose(
        [
            v1.RandomCrop(32),
            v1.RandomHorizontalFlip(0.3),
            v1.Lambda(tilted),
            Sometimes(0.25),
            v1.RandomApply([v1.Lambda(tilted)], p=0.4),
            v1.ToTensor(),
            v1.Normalize([0.5] * 3, [0.2] * 3),
            v1.RandomErasing(0.1),
        ]
    )
    assert inside(first) == [
        ("RandomCrop", None),
        ("RandomHorizontalFlip", 0.3),
        ("tilted", None),
        ("Sometimes", 0.25),
        ("RandomApply", [("tilted", None)], 0.4),
        ("RandomErasing", 0.1),
    ]
    second = v2.Compose([v2.RandomPhotometricDistort(p=0.5), v2.RandAugment(fill=[128.0])])
    assert inside(second) == [("RandomPhotometricDistort", 0.5), ("RandAugment", None)]


def test_kornia_is_taken_apart() -> None:
    sequence = K.AugmentationSequential(
        K.RandomAffine(30.0, p=0.7),
        K.ImageSequential(K.RandomHorizontalFlip(p=0.25), K.ColorJiggle(0.4, p=0.4)),
        K.Normalize(torch.full((3,), 0.5), torch.full((3,), 0.2)),
        K.RandomPosterize(p=0.2),
    )
    assert inside(sequence) == [
        ("RandomAffine", 0.7),
        ("RandomHorizontalFlip", 0.25),
        ("ColorJiggle", 0.4),
        ("RandomPosterize", 0.2),
    ]


def test_albumentations_is_taken_apart() -> None:
    compose = A.Compose(
        [
            A.Sequential([A.HorizontalFlip(p=0.2), A.CoarseDropout(p=0.3)], p=1),
            A.OneOf([A.GaussNoise(p=1), A.MotionBlur(p=1)], p=0.8),
            A.Lambda(image=mirrored, p=0.6),
            A.Normalize(),
            A.GaussNoise(p=0.9),
            A.ToTensorV2(),
        ]
    )
    assert inside(compose) == [
        ("RandomHorizontalFlip", 0.2),
        ("CoarseDropout", 0.3),
        ("OneOf", [("GaussNoise", 1.0), ("MotionBlur", 1.0)], (1.0, 1.0), 0.8),
        ("Lambda", 0.6),
        ("GaussNoise", 0.9),
    ]


def test_one_transform_in_two_forms_is_two(bytes40: torch.Tensor) -> None:
    both = Sometimes(0.5)
    pipeline = v1.Compose([both, v1.ToTensor(), both])
    policy = staged(Policy.of(pipeline, size=40))
    first, second = policy.views[0].steps
    assert isinstance(first, Stage)
    assert isinstance(second, Stage)
    assert first.pipeline != second.pipeline
    (views,), draw = augscore.augment(bytes40, policy)
    (again,) = augscore.replay(bytes40, Draw.from_json(draw.to_json()), policy=policy)
    assert torch.equal(again, views)


def test_timms_training_transform_is_taken_apart() -> None:
    made = create_transform(32, is_training=True, auto_augment="rand-m9-mstd0.5-inc1", re_prob=0.25)
    names = [name for name, _ in inside(made)]
    assert names == [
        "RandomResizedCropAndInterpolation",
        "RandomHorizontalFlip",
        "RandAugment",
        "RandomErasing",
    ]


WHOLE: dict[str, Callable[[], Any]] = {
    "a function": lambda: tilted,
    "kornia that chooses": lambda: K.AugmentationSequential(
        K.RandomAffine(30.0), K.RandomHorizontalFlip(), random_apply=(1, 2)
    ),
    "a Compose with a chance": lambda: A.Compose([A.GaussNoise(), A.MotionBlur()], p=0.5),
}


@pytest.mark.parametrize("name", WHOLE)
def test_what_cannot_be_taken_apart_is_one_stage(name: str, bytes40: torch.Tensor) -> None:
    policy = Policy.of(WHOLE[name](), size=40)
    (node,) = staged(policy).views[0].steps
    (whole,) = policy.views[0].steps
    assert isinstance(node, Stage)
    assert isinstance(whole, Foreign)
    assert node.name
    assert (node.pipeline, node.run) == (whole.pipeline, whole.run)
    assert node.chance == {"a Compose with a chance": 0.5}.get(name)
    augscore.augment(bytes40, staged(policy))


def test_other_policies_stay_as_they_are() -> None:
    ours = preset("simclr")
    assert staged(ours) is ours
    exact = Policy.of(v1.Compose([v1.RandomHorizontalFlip(), v1.ColorJitter(0.4)]), size=32)
    assert staged(exact) is exact
    parts = staged(Policy.of(v1.Compose([v1.Lambda(tilted)]), size=32))
    assert staged(parts) == parts
    assert "name" not in json.dumps(asdict(Foreign("torchvision", "it", False)))


def test_broken_transforms_stand_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def raising(image: Any) -> Any:
        raise ValueError("no")

    def endless(image: Any) -> Any:
        time.sleep(60)

    def nothing(image: Any) -> Any:
        return None

    monkeypatch.setattr(piece, "PATIENCE", 0.2)
    pipeline = v1.Compose(
        [v1.Lambda(raising), v1.Lambda(endless), v1.Lambda(nothing), v1.Lambda(tilted)]
    )
    began = time.monotonic()
    names = [name for name, _ in inside(pipeline)]
    assert time.monotonic() - began < 20
    assert names == ["raising", "endless", "nothing", "tilted"]


def test_a_conversion_that_breaks_is_kept(bytes40: torch.Tensor) -> None:
    twice = v1.Compose([v1.ToTensor(), v1.ToTensor(), v1.Lambda(torch.square)])
    policy = staged(Policy.of(twice, size=40))
    assert [told(node)[0] for node in policy.views[0].steps] == ["ToTensor", "square"]
    with pytest.raises(InputError, match="ToTensor raised"):
        augscore.augment(bytes40, policy)
