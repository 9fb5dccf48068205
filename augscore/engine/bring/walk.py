"""A pipeline gone through transform by transform, with what each of them returns as it is."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from augscore.engine.bring import albumentations_pieces, kornia, torchvision_steps
from augscore.engine.bring.albumentations import AlbumentationsRun, reseeded
from augscore.engine.bring.kornia import KorniaRun
from augscore.engine.bring.piece import is_own
from augscore.engine.bring.randomness import seeded, unsigned
from augscore.engine.bring.raw import RawPipeline
from augscore.engine.bring.time_limit import TookTooLong, limited
from augscore.engine.bring.torchvision_pieces import title_of

PATIENCE = 5.0


@dataclass(frozen=True)
class Passed:
    """One transform, called `name`: what it was given, and what it returned; `own` for one of the
    library's own, which is no function of the user's."""

    name: str
    own: bool
    before: Any
    after: Any


def walked(raw: RawPipeline, image: torch.Tensor, key: int) -> tuple[Passed, ...]:
    """(3, H, W) uint8 through the transforms of a pipeline in turn, drawn from `key`.

    Values are in the pipeline's own form, normalised where it normalises. It ends before a
    transform that raises or takes longer than 5 s.
    """
    passed: list[Passed] = []
    value: Any = raw.run.given(image)
    try:
        with seeded(key), limited(PATIENCE), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for item, transform in _transforms(raw, key):
                after = transform(value)
                passed.append(Passed(title_of(item), is_own(item), value, after))
                value = after
    except (Exception, TookTooLong):
        return tuple(passed)
    return tuple(passed)


def _transforms(raw: RawPipeline, key: int) -> Iterator[tuple[Any, Callable[[Any], Any]]]:
    """Each transform, and how it is called."""
    run = raw.run
    if isinstance(run, AlbumentationsRun):
        for place, item in enumerate(albumentations_pieces.flat(run.pipeline)):
            yield item, _Called(item, unsigned(key) + place)
        return
    flat = kornia.flat if isinstance(run, KorniaRun) else torchvision_steps.flat
    for item in flat(run.pipeline):
        yield item, item


@dataclass(frozen=True)
class _Called:
    """A transform of albumentations as a function of an image."""

    transform: Any
    seed: int

    def __call__(self, image: Any) -> Any:
        # A copy: a transform may write to what it is given.
        with reseeded([self.transform], self.seed):
            return self.transform(image=image.copy())["image"]
