"""Libraries that take one image at a time: how each reads an image, and what it makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import torch

from augscore.benching.peers.albumentations import albumentations_pipeline
from augscore.benching.peers.lightly import lightly_pipeline
from augscore.benching.peers.torchvision import picture_pipeline, tensor_pipeline
from augscore.benching.references.pillow import picture_of
from augscore.benching.task import SimCLR, Task

Make = Callable[[Task], Callable[[Any], torch.Tensor]]


@dataclass(frozen=True)
class Library:
    """`word` is what a user writes. `read` brings a (3, H, W) uint8 tensor to the library's own
    kind, before the clock starts; `make` gives what turns one into a (3, S, S) normalised float32
    tensor."""

    word: str
    name: str
    module: str
    read: Callable[[torch.Tensor], Any]
    make: Make
    note: str = ""
    randaugment: bool = True

    def why_absent(self, task: Task) -> str:
        """Why it takes no part in a task; nothing if it does."""
        if find_spec(self.module) is None:
            return "not installed"
        if not self.randaugment and not isinstance(task.recipe, SimCLR):
            return "has no RandAugment of torchvision's definition"
        return ""


def _itself(image: torch.Tensor) -> torch.Tensor:
    return image


def _array(image: torch.Tensor) -> Any:
    return image.permute(1, 2, 0).contiguous().numpy()


TORCHVISION = "torchvision"

LIBRARIES: dict[str, Library] = {
    library.word: library
    for library in (
        Library(TORCHVISION, "torchvision v2, tensors", "torchvision", _itself, tensor_pipeline),
        Library(
            "torchvision-pil", "torchvision v2, PIL", "torchvision", picture_of, picture_pipeline
        ),
        Library(
            "albumentations",
            "albumentations",
            "albumentations",
            _array,
            albumentations_pipeline,
            "crops not antialiased",
            randaugment=False,
        ),
        Library(
            "lightly",
            "lightly",
            "lightly",
            picture_of,
            lightly_pipeline,
            "crops bilinearly",
            randaugment=False,
        ),
    )
}
