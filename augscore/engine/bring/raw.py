"""A pipeline as its owner's data set calls it: with whatever generators it draws from."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

import torch

from augscore.engine.bring import albumentations, kornia
from augscore.engine.bring.albumentations import AlbumentationsRun
from augscore.engine.bring.kornia import KorniaRun
from augscore.engine.bring.recognise import library_of
from augscore.engine.bring.torchvision import TorchvisionRun, taken
from augscore.engine.bring.torchvision_steps import flat


@dataclass(frozen=True)
class RawPipeline:
    """Calls a pipeline on (3, H, W) uint8, in the form that it takes; nothing is seeded, and what
    it returns or raises is its own."""

    run: TorchvisionRun | KorniaRun | AlbumentationsRun

    def __call__(self, image: torch.Tensor) -> Any:
        value: Any = self.run.given(image)
        if isinstance(self.run, AlbumentationsRun):
            return self.run.pipeline(image=value)["image"]
        return self.run.pipeline(value)

    def copied(self, seed: int) -> RawPipeline:
        """A copy, whose own generators, if albumentations made them, start from `seed` as its
        Compose lets them start; the pipeline itself where it cannot be copied."""
        try:
            pipeline: Any = copy.deepcopy(self.run.pipeline)
        except Exception:  # whatever its classes raise: locks, files, generators
            return self
        if isinstance(self.run, AlbumentationsRun):
            pipeline.set_random_seed(seed)
        return RawPipeline(replace(self.run, pipeline=pipeline))


def raw(pipeline: Any) -> RawPipeline:
    """A live object, given what its library is given."""
    library = library_of(pipeline)
    if library == albumentations.LIBRARY:
        return RawPipeline(AlbumentationsRun(pipeline, None))
    if library == kornia.LIBRARY:
        return RawPipeline(KorniaRun(pipeline, None))
    return RawPipeline(TorchvisionRun(pipeline, taken(pipeline, flat(pipeline)), None))
