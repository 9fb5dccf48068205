"""A pipeline taken apart gives the pixels that it gives as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import ImageOps
from torchvision import transforms as v1
from torchvision.transforms import v2

import augscore
from augscore import Policy
from augscore.engine.bring.stages import staged
from tests.engine.bring.staging import Sometimes, mirrored, tilted

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
