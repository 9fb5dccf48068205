"""What a benchmark file offers: cases that do the same work in different ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class Case:
    """`run` handles `images` images; the first case of a `group` is what the others are held to."""

    group: str
    name: str
    images: int
    run: Callable[[], object]


@dataclass(frozen=True)
class Setting:
    """What the command line chose."""

    device: torch.device
    folder: Path
    model: str
    batch_size: int
    seconds: float
