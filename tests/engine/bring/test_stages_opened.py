"""Containers of pipelines that are opened: what is inside, and with which chances."""

from __future__ import annotations

from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Policy
from augscore.engine.bring.stages import staged
from tests.engine.bring.staging import Sometimes, inside, tilted


def test_random_containers_are_opened() -> None:
    pipeline = v1.Compose(
        [
            v1.RandomApply([v1.RandomInvert(0.3), v1.Lambda(tilted)], p=0.4),
            v1.RandomChoice([v1.Lambda(tilted), v1.RandomApply([Sometimes(0.2)])], p=[1, 3]),
            v1.RandomOrder([v1.Lambda(tilted), v1.Compose([v1.RandomInvert(0.3), Sometimes(1)])]),
            v1.RandomApply([v1.Lambda(tilted), v1.CenterCrop(32)]),
            v1.ToTensor(),
            v1.Normalize([0.5] * 3, [0.2] * 3),
            v1.RandomApply([v1.RandomErasing(0.9)], p=0.7),
        ]
    )
    pair = ("RandomApply", [("RandomInvert", 0.3), ("Sometimes", 1.0)], 1.0)
    assert inside(pipeline) == [
        ("RandomApply", [("RandomInvert", 0.3), ("tilted", None)], 0.4),
        ("OneOf", [("tilted", None), ("RandomApply", [("Sometimes", 0.2)], 0.5)], (1.0, 3.0), 1.0),
        ("RandomOrder", [("tilted", None), pair]),
        ("RandomApply", 0.5),
        ("RandomApply", [("RandomErasing", 0.9)], 0.7),
    ]
    arrays = v1.Compose([v1.RandomApply([v1.Lambda(np.asarray)], p=0.3), v1.Lambda(tilted)])
    assert inside(arrays)[0] == ("RandomApply", 0.3)
    # A conversion inside leaves some images in another form.
    converts = v2.Compose([v2.RandomApply([v2.ToDtype(torch.float32, scale=True)])])
    assert inside(converts) == [("RandomApply", 0.5)]


def test_containers_of_albumentations_are_opened() -> None:
    compose = A.Compose(
        [
            A.OneOf([A.MedianBlur(p=0.2), A.HorizontalFlip(p=0.6)], p=0.3),
            A.Sequential([A.GaussNoise(p=0.5), A.OneOf([A.CLAHE()], p=0.4)], p=0.7),
            A.OneOf([A.RandomCrop(32, 32), A.CenterCrop(32, 32)], p=1),
            A.SomeOf([A.GaussNoise(p=0.3), A.CLAHE()], n=1, p=0.9),
            A.SomeOf([A.GaussNoise(), A.CLAHE()], n=2, p=0.8),
            A.RandomOrder([A.GaussNoise(), A.HorizontalFlip()], n=2, p=0.7),
            A.RandomOrder([A.GaussNoise(), A.CLAHE(), A.Blur()], n=2, p=0.6),
            A.SomeOf([A.GaussNoise(), A.CLAHE()], n=2, replace=True, p=0.4),
        ]
    )
    assert inside(compose) == [
        ("OneOf", [("MedianBlur", 1.0), ("RandomHorizontalFlip", 1.0)], (0.2, 0.6), 0.3),
        (
            "RandomApply",
            [("GaussNoise", 0.5), ("OneOf", [("CLAHE", 1.0)], (0.5,), 0.4)],
            0.7,
        ),
        ("OneOf", 1.0),
        ("OneOf", [("GaussNoise", 0.3), ("CLAHE", 0.5)], (), 0.9),
        ("RandomApply", [("GaussNoise", 0.5), ("CLAHE", 0.5)], 0.8),
        (
            "RandomApply",
            [("RandomOrder", [("GaussNoise", 0.5), ("RandomHorizontalFlip", 0.5)])],
            0.7,
        ),
        ("RandomOrder", 0.6),
        ("SomeOf", 0.4),
    ]
    assert inside(A.ReplayCompose([A.GaussNoise(), A.MotionBlur()])) == [
        ("GaussNoise", 0.5),
        ("MotionBlur", 0.5),
    ]


def test_containers_of_kornia_are_opened() -> None:
    def chosen(random_apply: Any, weights: Any = None) -> Any:
        steps = K.RandomAffine(30.0, p=0.3), K.RandomHorizontalFlip(p=0.6)
        return K.ImageSequential(*steps, random_apply=random_apply, random_apply_weights=weights)

    both = [("RandomAffine", 0.3), ("RandomHorizontalFlip", 0.6)]
    assert inside(chosen(1)) == [("OneOf", both, (), 1.0)]
    assert inside(chosen(1, [1.0, 3.0])) == [("OneOf", both, (1.0, 3.0), 1.0)]
    assert inside(chosen(True)) == [("RandomOrder", both)]
    assert inside(chosen(2)) == [("RandomOrder", both)]
    nested = torch.nn.Sequential(K.RandomInvert(p=0.5), chosen(1), K.RandomGaussianNoise(p=0.2))
    assert inside(nested) == [
        ("RandomInvert", 0.5),
        ("OneOf", both, (), 1.0),
        ("RandomGaussianNoise", 0.2),
    ]
    normalized = torch.nn.Sequential(chosen(1), K.Normalize(torch.tensor(0.5), torch.tensor(0.2)))
    assert inside(normalized) == [("OneOf", both, (), 1.0)]
    for left in (chosen((1, 2)), chosen(2, [0.2, 0.2]), chosen(2, [1.0, 2.0])):
        assert inside(left) == [("ImageSequential", None)]
    cropping = K.ImageSequential(K.RandomCrop((24, 24)), K.RandomInvert(), random_apply=1)
    assert inside(cropping) == [("ImageSequential", None)]


def test_what_was_opened_keeps_its_chances() -> None:
    """Of 2,000 black images: marks of 40, 80 and 160 add up to what was applied."""

    def marks(number: int) -> Any:
        return v2.Lambda(lambda image: image + number)

    theirs = v2.Compose(
        [
            v2.RandomApply([marks(160)], p=0.3),
            v2.RandomChoice([marks(40), marks(80)], p=[1, 3]),
        ]
    )
    both = [A.InvertImg(p=0.2), A.Lambda(image=_grey, name="grey", p=0.6)]
    some = A.SomeOf([A.Lambda(image=_grey, name="grey", p=0.6), A.InvertImg(p=0.4)], n=1, p=0.5)
    sure = [A.InvertImg(p=1), A.Lambda(image=_grey, name="grey", p=1)]
    black = torch.zeros(2000, 3, 4, 4, dtype=torch.uint8)
    wanted = [
        {0: 0.0, 40: 0.175, 80: 0.525, 200: 0.075, 240: 0.225},
        {0: 0.5, 255: 0.125, 9: 0.375},
        {0: 0.75, 255: 0.1, 9: 0.15},
        {0: 0.2, 9: 0.4, 246: 0.4},
        {0: 0.5 + 0.5 * 0.75, 255: 0.05, 9: 0.075},
        {51: 0.25, 204: 0.75},
        {31: 0.5, 38: 0.5},
    ]
    pipelines = [
        theirs,
        A.Compose([A.OneOf(both, p=0.5)]),
        A.Compose([some]),
        A.ReplayCompose([A.RandomOrder(sure, n=2, p=0.8)]),
        A.Compose([A.OneOf([some, A.HorizontalFlip(p=0.5)], p=1)]),
        K.ImageSequential(Line(0.2), Line(0.8), random_apply=1, random_apply_weights=[1, 3]),
        K.ImageSequential(Line(0.1), Line(0.05, 0.7), random_apply=True),
    ]
    for pipeline, shares in zip(pipelines, wanted, strict=True):
        policy = Policy.of(pipeline, size=4)
        for one in (policy, staged(policy)):
            (views,), _ = augscore.augment(black, one, seed=1)
            seen = views[:, 0, 0, 0].mul(255).round().to(torch.int64)
            for mark, share in shares.items():
                assert float((seen == mark).double().mean()) == pytest.approx(share, abs=0.045)


class Line(torch.nn.Module):
    def __init__(self, start: float, slope: float = 1.0) -> None:
        super().__init__()
        self.start, self.slope = start, slope

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.slope * image + self.start


def _grey(image: Any, **_: Any) -> Any:
    return np.full_like(image, 9)


def test_a_forced_choice_leaves_the_users_transform_alone(bytes40: torch.Tensor) -> None:
    noise = A.GaussNoise(p=0.25)
    augscore.augment(bytes40, staged(Policy.of(A.Compose([A.OneOf([noise], p=1)]), size=40)))
    assert noise.p == 0.25
