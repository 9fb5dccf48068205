"""What a judge is: stimuli, picture by picture, and what it thinks of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

import torch


@dataclass(frozen=True, order=True)
class Condition:
    """A kind of distortion at a level, 1 the weakest."""

    kind: str
    level: int


@dataclass(frozen=True)
class Group:
    """A reference uint8 (3, H, W), and its distorted versions (N, 3, H, W), one a condition."""

    name: str
    reference: torch.Tensor
    images: torch.Tensor
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Judge:
    """name       as the table shows it
    references  how many pictures it can show
    groups      stimuli of so many of them, one picture after the other, but for those named
    opinions    strength of change by condition, more is stronger; its own unit
    by_picture  the same by (reference, condition), where opinions are about single pictures
    """

    name: str
    references: int
    groups: Callable[[int, Collection[str]], Iterator[Group]]
    opinions: Mapping[Condition, float]
    by_picture: Mapping[tuple[str, Condition], float] | None = None
