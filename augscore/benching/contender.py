"""What takes part in a comparison, or why it does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Contender:
    """`run` returns (B, 3, S, S) normalised float32; `note` says how it differs from the recipe."""

    name: str
    run: Callable[[], torch.Tensor]
    note: str = ""


@dataclass(frozen=True)
class Absent:
    """A library that is not compared, and why."""

    name: str
    why: str
