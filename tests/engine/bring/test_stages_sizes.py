"""Which transforms bring an image to its size, and so are one stage."""

from __future__ import annotations

import random
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import torch
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import v2

from augscore import Policy
from augscore.engine.bring.stages import staged
from augscore.engine.nodes import Stage, Step
from tests.engine.bring.staging import Sometimes, inside, tilted


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
