"""What a recipe holds: everything of a run that a paper or its code settles."""

from __future__ import annotations

from dataclasses import dataclass, field

from augscore.methods.record import Constants, Head
from augscore.training.config import OptimConfig


@dataclass(frozen=True, kw_only=True)
class Defaults:
    """Of one method on one data set; every field may be set otherwise.

    method      its name
    recipe      name of the recipe; None for the project's own defaults
    arch, size  backbone and side of its images in px
    epochs      over the data set
    batch_size  of all ranks together; `optim.lr` is scaled with it where `optim.scale_lr`
    policy      name of a preset
    views       views an image
    source      where the numbers are published, and what differs here
    """

    method: str
    recipe: str | None
    arch: str = "resnet18"
    size: int
    epochs: int
    batch_size: int
    policy: str
    views: int = 2
    constants: Constants
    projector: Head
    predictor: Head | None = None
    optim: OptimConfig = field(default_factory=OptimConfig)
    source: str
