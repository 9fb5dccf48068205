"""Pipelines taken apart: which transforms, in which form, with which keys."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import Image, ImageOps
from timm.data.transforms_factory import create_transform
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Draw, Policy
from augscore.engine.bring import piece
from augscore.engine.bring.stages import staged
from augscore.engine.nodes import Foreign, OneOf, RandomApply, RandomOrder, Stage, Step
from augscore.engine.presets import preset
from augscore.errors import InputError


def tilted(image: Image.Image) -> Image.Image:
    return image.rotate(10)


def mirrored(image: Any, **_: Any) -> Any:
    return np.ascontiguousarray(image[:, ::-1])


class Sometimes:
    """A transform of the user's own, for PIL images, tensors and arrays."""

    def __init__(self, p: float) -> None:
        self.p = p

    def __call__(self, image: Any) -> Any:
        return image


def inside(pipeline: Any, size: int = 32) -> list[Any]:
    """The names of the nodes and their chances."""
    policy = staged(Policy.of(pipeline, size=size))
    return [_told(node) for node in policy.views[0].steps]


def _told(node: Any) -> Any:
    """Of a container its kind, what is inside and its chance or weights."""
    match node:
        case Stage(name=name, chance=chance):
            return name, chance
        case RandomApply(steps=steps, p=p):
            return "RandomApply", [_told(step) for step in steps], p
        case OneOf(choices=choices, weights=weights, p=p):
            return "OneOf", [_told(one) for one in choices], weights, p
        case RandomOrder(steps=steps):
            return "RandomOrder", [_told(step) for step in steps]
        case _:
            return node.op, node.p


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


@pytest.mark.parametrize("library", ["torchvision", "kornia", "albumentations"])
def test_normalised_pixels_left_alone_come_back_as_they_were(
    library: str, bytes40: torch.Tensor
) -> None:
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    makers: dict[str, Callable[[], Any]] = {
        "torchvision": lambda: v1.Compose(
            [v1.ToTensor(), v1.Normalize([*mean], [*std]), Sometimes(0.5)]
        ),
        "kornia": lambda: torch.nn.Sequential(
            K.Normalize(torch.tensor(mean), torch.tensor(std)), K.RandomInvert(p=0.0)
        ),
        "albumentations": lambda: A.Compose([A.Normalize(mean, std), A.Sharpen(p=0)]),
    }
    pipeline = makers[library]()
    every_level = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16).expand(1, 3, -1, -1)
    for images, size in ((every_level, 16), (bytes40, 40)):
        policy = Policy.of(pipeline, size=size)
        for one in (policy, staged(policy)):
            assert torch.equal(augscore.augment(images, one)[0][0], images.float() / 255)


def test_a_forced_choice_leaves_the_users_transform_alone(bytes40: torch.Tensor) -> None:
    noise = A.GaussNoise(p=0.25)
    augscore.augment(bytes40, staged(Policy.of(A.Compose([A.OneOf([noise], p=1)]), size=40)))
    assert noise.p == 0.25


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


FIXED: dict[str, Callable[[], Any]] = {
    "PIL images": lambda: v1.Compose(
        [v1.Resize(40), v1.CenterCrop(32), v1.Lambda(tilted), v1.Lambda(ImageOps.invert)]
    ),
    "bytes": lambda: v2.Compose([v2.Lambda(lambda x: x // 2), v2.RandomInvert(1.0)]),
    "arrays in between": lambda: v1.Compose(
        [v1.Lambda(np.asarray), v1.Lambda(mirrored), v1.Lambda(np.copy), v1.ToTensor()]
    ),
    "floats of 0 to 255": lambda: v1.Compose(
        [
            v1.ToTensor(),
            v1.Lambda(lambda image: image * 255),
            v1.Lambda(lambda image: 255 - image),
            v1.Lambda(lambda image: image / 255),
            v1.Lambda(torch.square),
        ]
    ),
    "after Normalize": lambda: v1.Compose(
        [
            v1.Lambda(tilted),
            v1.ToTensor(),
            v1.Normalize([0.4, 0.5, 0.6], [0.5, 0.4, 0.3]),
            v1.Lambda(lambda image: image.clamp(0, 1)),
            v1.Lambda(lambda image: image / 2),
        ]
    ),
    "containers": lambda: v1.Compose(
        [
            v1.RandomApply([v1.Lambda(tilted), v1.Lambda(ImageOps.invert)], p=1.0),
            v1.RandomChoice([v1.Lambda(ImageOps.mirror), v1.Lambda(tilted)], p=[1.0, 0.0]),
            v1.RandomOrder([v1.Lambda(tilted), v1.Lambda(ImageOps.solarize)]),
        ]
    ),
    "kornia": lambda: K.ImageSequential(
        K.RandomInvert(p=1.0),
        K.RandomSolarize(0.0, 0.0, p=1.0),
        K.Normalize(torch.tensor([0.4, 0.5, 0.6]), torch.tensor([0.5, 0.4, 0.3])),
        K.RandomSolarize(0.0, 0.0, p=1.0),
    ),
    "albumentations": lambda: A.Compose(
        [
            A.PadIfNeeded(50, 50),
            A.CenterCrop(32, 32),
            A.Lambda(image=mirrored, p=1),
            A.Equalize(p=1),
            A.Normalize((0.4, 0.5, 0.6), (0.5, 0.4, 0.3)),
            A.ToGray(p=1),
            A.ToTensorV2(),
        ]
    ),
    "albumentations that replays": lambda: A.ReplayCompose(
        [
            A.Equalize(p=1),
            A.Sequential([A.Lambda(image=mirrored, name="m", p=1)], p=1),
            A.Posterize(p=1),
        ]
    ),
    "a quarter turn first": lambda: A.Compose(
        [A.Transpose(p=1), A.Lambda(image=mirrored, p=1), A.Resize(32, 32), A.Equalize(p=1)]
    ),
    "albumentations in floats": lambda: A.Compose(
        [A.Equalize(p=1), A.ToFloat(), A.InvertImg(p=1), A.Lambda(image=mirrored, p=1)]
    ),
}


@pytest.mark.filterwarnings("ignore:The given NumPy array is not writable")
@pytest.mark.parametrize("name", FIXED)
def test_a_pipeline_without_chance_gives_the_same_pixels(
    name: str, mixed_sizes: list[torch.Tensor], bytes40: torch.Tensor
) -> None:
    crops = name in ("PIL images", "albumentations", "a quarter turn first")
    images, size = (mixed_sizes, 32) if crops else (bytes40, 40)
    policy = Policy.of(FIXED[name](), size=size)
    parts = staged(policy)
    assert parts.normalize == policy.normalize
    assert len(parts.views[0].steps) > 1 or name == "arrays in between"
    (wanted,), _ = augscore.augment(images, policy)
    (views,), _ = augscore.augment(images, parts)
    # What our own operations do in between is not rounded to 8 bits.
    assert float((views - wanted).abs().max()) < 1.01 / 255


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


def test_other_policies_stay_as_they_are() -> None:
    ours = preset("simclr")
    assert staged(ours) is ours
    exact = Policy.of(v1.Compose([v1.RandomHorizontalFlip(), v1.ColorJitter(0.4)]), size=32)
    assert staged(exact) is exact
    parts = staged(Policy.of(v1.Compose([v1.Lambda(tilted)]), size=32))
    assert staged(parts) == parts
    assert "name" not in json.dumps(asdict(Foreign("torchvision", "it", False)))


def test_a_crop_of_another_size_than_the_view_stays_theirs() -> None:
    pipeline = v1.Compose([v1.RandomResizedCrop(16), v1.Lambda(tilted)])
    policy = staged(Policy.of(pipeline, size=32))
    assert all(isinstance(node, Stage) for node in policy.views[0].steps)
    same = staged(Policy.of(pipeline, size=16))
    assert isinstance(same.views[0].steps[0], Step)


def test_steps_to_a_size_are_one_stage(mixed_sizes: list[torch.Tensor]) -> None:
    pipeline = v1.Compose([v1.Resize(48), v1.Lambda(tilted), v1.CenterCrop(32), Sometimes(0.5)])
    assert inside(pipeline) == [("Resize, tilted, CenterCrop", None), ("Sometimes", 0.5)]


class OftenSmaller:
    """A transform of the user's own, for PIL images, batches of tensors and arrays."""

    def __call__(self, image: Any, **_: Any) -> Any:
        size = 30 if random.random() < 0.5 else 32
        if isinstance(image, Image.Image):
            return image if size == 32 else image.crop((0, 0, size, size))
        if isinstance(image, torch.Tensor):
            return image if size == 32 else image[..., :size, :size]
        return image if size == 32 else np.ascontiguousarray(image[:size, :size])


class OftenSmallerModule(torch.nn.Module):
    def forward(self, image: torch.Tensor) -> torch.Tensor:
        smaller: torch.Tensor = OftenSmaller()(image)
        return smaller


def test_what_changes_the_size_at_some_draws_goes_with_what_resizes() -> None:
    often = OftenSmaller()
    both = [("OftenSmaller, CenterCrop", None)]
    assert inside(v1.Compose([v1.CenterCrop(32), often])) == [
        ("CenterCrop", None),
        ("OftenSmaller", None),
    ]
    assert inside(v1.Compose([often, v1.CenterCrop(32)])) == both
    assert inside(v1.Compose([often, v1.Lambda(tilted)])) == [
        ("OftenSmaller", None),
        ("tilted", None),
    ]
    array = A.Lambda(image=often, name="often", p=1)
    assert inside(A.Compose([array, A.CenterCrop(24, 24)]))[0][0] == "Lambda, CenterCrop"
    module = torch.nn.Sequential(OftenSmallerModule(), K.CenterCrop(24))
    kornia = inside(torch.nn.Sequential(K.RandomInvert(p=0.5), *module))
    assert kornia[1][0] == "OftenSmallerModule, CenterCrop"
    zooming = inside(v2.Compose([v2.RandomZoomOut(p=0.3), v2.CenterCrop(32)]))
    assert [name for name, _ in zooming] == ["RandomZoomOut, CenterCrop"]


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
    assert [_told(node)[0] for node in policy.views[0].steps] == ["ToTensor", "square"]
    with pytest.raises(InputError, match="ToTensor raised"):
        augscore.augment(bytes40, policy)


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
