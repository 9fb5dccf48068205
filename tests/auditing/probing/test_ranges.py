"""Values outside [0, 1] on their way through a pipeline: who cuts them, who lets them out."""

from __future__ import annotations

import random
import time
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from torchvision import transforms as v1
from torchvision.transforms import v2

from augscore.auditing.probing.ranges import out_of_range
from augscore.auditing.table import OutOfRange
from augscore.benching.pictures import telling_pictures
from augscore.engine.bring import walk
from augscore.engine.policies import inspect_policy

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@pytest.fixture
def images() -> list[torch.Tensor]:
    return [*telling_pictures(3, 40, 40)]


def found(pipeline: Any, images: list[torch.Tensor]) -> tuple[OutOfRange, ...]:
    return out_of_range(inspect_policy(pipeline), images, seed=1)


def _outside(image: torch.Tensor) -> float:
    """The share of values of a normalised image outside [0, 1], with plain numbers."""
    pixels = image.to(torch.float64) / 255
    count = 0
    for channel, mean, std in zip(pixels, MEAN, STD, strict=True):
        count += sum(not 0 <= (value - mean) / std <= 1 for value in channel.flatten().tolist())
    return count / image.numel()


def _behind_kornia(*operations: Any) -> Any:
    return torch.nn.Sequential(K.Normalize(torch.tensor(MEAN), torch.tensor(STD)), *operations)


def _behind_torchvision(*operations: Any) -> Any:
    to_floats = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True)]
    return v2.Compose([*to_floats, v2.Normalize([*MEAN], [*STD]), *operations])


CUTTING: list[tuple[str, Any]] = [
    ("ColorJitter", _behind_kornia(K.ColorJitter(0.4, 0.4, 0.4, 0.1, p=1.0))),
    ("RandomBrightness", _behind_kornia(K.RandomBrightness((0.6, 1.4), p=1.0))),
    ("RandomContrast", _behind_kornia(K.RandomContrast((0.6, 1.4), p=1.0))),
    ("RandomSaturation", _behind_kornia(K.RandomSaturation((0.6, 1.4), p=1.0))),
    ("RandomHue", _behind_kornia(K.RandomHue((-0.1, 0.1), p=1.0))),
    ("RandomGamma", _behind_kornia(K.RandomGamma((0.6, 1.4), p=1.0))),
    ("RandomPosterize", _behind_kornia(K.RandomPosterize(4, p=1.0))),
    ("RandomEqualize", _behind_kornia(K.RandomEqualize(p=1.0))),
    ("RandomSharpness", _behind_kornia(K.RandomSharpness(1.0, p=1.0))),
    ("RandomSolarize", _behind_kornia(K.RandomSolarize(p=0.3))),
    ("RandomBrightnessContrast", A.Compose([A.Normalize(), A.RandomBrightnessContrast(p=1)])),
    ("ColorJitter", A.Compose([A.Normalize(), A.ColorJitter(p=1)])),
    ("HueSaturationValue", A.Compose([A.Normalize(), A.HueSaturationValue(p=1)])),
    ("GaussNoise", A.Compose([A.Normalize(), A.GaussNoise(p=0.3)])),
    ("ImageCompression", A.Compose([A.Normalize(), A.ImageCompression(p=1)])),
    ("GaussianBlur", A.Compose([A.Normalize(), A.GaussianBlur(p=1)])),
    ("Sharpen", A.Compose([A.Normalize(), A.Sharpen(p=1)])),
    ("ColorJitter", _behind_torchvision(v2.ColorJitter(0.4))),
    ("RandomEqualize", _behind_torchvision(v2.RandomEqualize(1.0))),
    ("RandomAutocontrast", _behind_torchvision(v2.RandomAutocontrast(1.0))),
    ("RandomPosterize", _behind_torchvision(v2.RandomPosterize(4, 1.0))),
    ("GaussianNoise", _behind_torchvision(v2.GaussianNoise())),
]


@pytest.mark.parametrize(("name", "pipeline"), CUTTING)
def test_behind_normalize_these_cut(name: str, pipeline: Any, images: list[torch.Tensor]) -> None:
    (one,) = found(pipeline, images)
    assert (one.op, one.after_op, one.after) == (name, "Normalize", 0.0)
    assert one.before in [pytest.approx(_outside(image), abs=1e-3) for image in images]
    assert one.before > 0.3


@pytest.mark.parametrize(
    "pipeline",
    [
        _behind_kornia(K.RandomGaussianBlur((5, 5), (1.0, 1.0), p=1.0), K.RandomErasing(p=1.0)),
        _behind_kornia(K.RandomGrayscale(p=1.0), K.RandomHorizontalFlip(p=1.0)),
        A.Compose([A.Normalize(), A.ToGray(p=1), A.CoarseDropout(p=1), A.HorizontalFlip(p=1)]),
        _behind_torchvision(v2.GaussianBlur(5), v2.RandomErasing(1.0), v2.RandomAffine(20)),
        v1.Compose([v1.ColorJitter(0.4), v1.ToTensor(), v1.Normalize([0.5] * 3, [0.2] * 3)]),
        v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32), v2.Normalize([120.0], [60.0])]),
        v1.RandomHorizontalFlip(),
        "simclr",
    ],
)
def test_these_are_in_order(pipeline: Any, images: list[torch.Tensor]) -> None:
    assert found(pipeline, images) == ()


def test_gamma_of_albumentations_makes_no_numbers(images: list[torch.Tensor]) -> None:
    (one,) = found(A.Compose([A.Normalize(), A.RandomGamma(p=1), A.HorizontalFlip()]), images)
    assert (one.op, one.after_op) == ("RandomGamma", "Normalize")
    assert one.after >= one.before > 0.3


def test_floats_of_0_to_255(images: list[torch.Tensor]) -> None:
    unscaled = [v2.ToImage(), v2.ToDtype(torch.float32)]
    (cut,) = found(v2.Compose([*unscaled, v2.ColorJitter(0.4)]), images)
    assert (cut.op, cut.after_op, cut.after) == ("ColorJitter", "ToDtype", 0.0)
    assert cut.before > 0.9
    (left,) = found(v2.Compose([*unscaled, v2.RandomHorizontalFlip()]), images)
    assert (left.op, left.after_op, left.before) == ("ToDtype", "ToImage", 0.0)
    assert left.after > 0.9

    def scaled(image: torch.Tensor) -> torch.Tensor:
        return image / 255

    assert found(v2.Compose([*unscaled, v2.Lambda(scaled)]), images) == ()

    def undone(image: torch.Tensor) -> torch.Tensor:
        return image * torch.tensor(STD)[:, None, None] + torch.tensor(MEAN)[:, None, None]

    assert found(_behind_torchvision(v2.Lambda(undone)), images) == ()


def test_each_pipeline_counts_once(images: list[torch.Tensor]) -> None:
    bad, good = A.Compose([A.Normalize(), A.Sharpen(p=1)]), v1.RandomHorizontalFlip()
    other = _behind_kornia(K.RandomSharpness(1.0, p=1.0), K.RandomAffine(5.0))
    policy = inspect_policy(bad)
    assert [one.op for one in found([bad, bad], images)] == ["Sharpen"]
    assert [one.op for one in out_of_range(policy, images, seed=1)] == ["Sharpen"]
    assert [one.op for one in found(other, images)] == ["RandomSharpness"]
    assert found(good, images) == ()


def test_one_that_breaks_ends_the_trace(
    images: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(image: Any) -> Any:
        raise ValueError

    def endless(image: Any) -> Any:
        time.sleep(60)

    monkeypatch.setattr(walk, "PATIENCE", 0.05)
    for broken in (raising, endless):
        cut = _behind_torchvision(v2.ColorJitter(0.4), v2.Lambda(broken), v2.GaussianNoise())
        assert [one.op for one in found(cut, images)] == ["ColorJitter"]


def test_nothing_moves(images: list[torch.Tensor]) -> None:
    compose = A.Compose([A.Normalize(), A.GaussNoise(p=0.5)], seed=3)
    state = compose.transforms[1].random_generator.bit_generator.state
    before = random.getstate(), str(np.random.get_state()), torch.get_rng_state()
    kept = [image.clone() for image in images]
    first = found(compose, images)
    assert found(compose, images) == first
    assert compose.transforms[1].random_generator.bit_generator.state == state
    assert random.getstate() == before[0]
    assert str(np.random.get_state()) == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
    assert all(map(torch.equal, images, kept))
