from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest
import torch

from augscore.engine.augment import views_of
from augscore.engine.policies import PolicyLike
from augscore.images.collect import collect
from augscore.images.records import Picture
from augscore.training.weighing.scene import Scene
from tests.training.weighing.making import MakeScene


@pytest.fixture(scope="session")
def originals(scenes: Path) -> torch.Tensor:
    """(12, 3, 56, 56) uint8."""
    images = collect(scenes)
    read = [images.read(place) for place in range(len(images))]
    return torch.stack([picture.pixels for picture in read if isinstance(picture, Picture)])


@pytest.fixture
def make_scene(originals: torch.Tensor) -> MakeScene:
    """`make_scene(policy, size=…, views=…, epoch=…)`: all views paired with each other."""

    def make(
        policy: PolicyLike = "simclr-cifar", size: int = 32, views: int = 2, epoch: int = 0
    ) -> Scene:
        made, drawn = views_of(originals, policy, views=views, size=size, epoch=epoch)
        return Scene(made, drawn, originals, tuple(combinations(range(views), 2)))

    return make
