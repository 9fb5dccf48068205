"""What is done to the classifiers' pictures: corruptions, and the engine's own operations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from augscore.engine.ladder import apply_step
from augscore.studies.agreement.functional.corruptions import SEVERITIES, Corrupt
from augscore.studies.agreement.judges.judge import Condition
from augscore.studies.agreement.judges.pictures import eight_bits
from augscore.studies.figures.sweep import Direction, Sweep

STEPS = 5
"""Magnitudes of an operation in each direction, away from where it does nothing."""


@dataclass(frozen=True)
class Changed:
    """`images`: uint8 (N, 3, H, W), all of them under one condition."""

    condition: Condition
    images: torch.Tensor


@dataclass(frozen=True)
class Trial:
    """A condition, and how its images are made."""

    condition: Condition
    change: Callable[[], torch.Tensor]

    def make(self) -> Changed:
        return Changed(self.condition, self.change())


def corrupted(images: torch.Tensor, names: Sequence[str], corrupt: Corrupt) -> Iterator[Trial]:
    for name in names:
        for severity in SEVERITIES:
            yield Trial(Condition(name, severity), partial(corrupt, images, name, severity))


def operated(images: torch.Tensor, sweeps: Sequence[Sweep]) -> Iterator[Trial]:
    for sweep in sweeps:
        for direction in sweep.directions:
            values = sweep.outwards(direction, images.shape[-1], STEPS + 1)[1:]
            for level, value in enumerate(values, 1):
                condition = Condition(kind_of(sweep, direction), level)
                yield Trial(condition, partial(_applied, images, sweep, value))


def kind_of(sweep: Sweep, direction: Direction) -> str:
    return f"{sweep.name} {direction}"


def _applied(images: torch.Tensor, sweep: Sweep, value: float) -> torch.Tensor:
    return eight_bits(apply_step(images, sweep.step(value, images.shape[-1])))
