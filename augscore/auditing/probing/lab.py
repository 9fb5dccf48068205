"""What is the same for every image that is probed, and the images of one batch."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch

from augscore.auditing.anatomy.parts import Probe
from augscore.auditing.probing.guard import Patience
from augscore.auditing.probing.readings import Originals
from augscore.auditing.probing.yardstick import Yardstick
from augscore.engine.policy import Policy
from augscore.keys import ImageId
from augscore.strength.scorer import Scorer


@dataclass(frozen=True)
class Lab:
    """`policy` has views of one size, `size` px; `shifts`: whether curves tell the score shift.
    `patience` remembers what hung."""

    scorer: Scorer
    policy: Policy
    probes: tuple[Probe, ...]
    size: int
    seed: int
    draws: int
    shifts: bool
    yardstick: Yardstick
    patience: Patience = field(default_factory=Patience)


@dataclass(frozen=True)
class Bench:
    """B images: uint8 (3, H, W) as they were decoded, and brought to the size of the views."""

    ids: tuple[ImageId, ...]
    images: tuple[torch.Tensor, ...]
    originals: Originals

    @property
    def sizes(self) -> list[tuple[int, int]]:
        return [(image.shape[1], image.shape[2]) for image in self.images]
