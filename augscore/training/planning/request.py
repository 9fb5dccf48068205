"""What somebody asks of a run of pair training; `None` leaves a choice to the recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from augscore.engine.policies import PolicyLike

Amp = Literal["auto", "off", "bf16", "fp16"]
Value = bool | int | float | str | tuple[float, ...] | None


@dataclass(frozen=True, kw_only=True)
class TrainRequest:
    """Of a run of `method` in the folder `out`.

    recipe      cifar10, cifar100 or imagenet100: published numbers of the method
    size        of the views, px; None: the recipe's, else by the images
    steps       stands in for epochs
    settings    any leaf of TrainConfig by its name: {"optim.lr": 0.1, "temperature": 0.2}
    download    fetch a data set of torchvision that is not there
    limit       train on at most so many images, chosen by their keys
    eval_every  epochs between looks at nearest neighbours, 0 for none but the last
    checkpoint_every    steps; None: after a minute of work
    """

    method: str
    out: Path
    recipe: str | None = None
    policy: PolicyLike | None = None
    size: int | None = None
    arch: str | None = None
    epochs: int | None = None
    steps: int | None = None
    batch_size: int | None = None
    amp: Amp = "auto"
    weighting: str | None = None
    score_model: str | Path | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    labels: Path | None = None
    download: bool = False
    limit: int | None = None
    seed: int = 0
    device: str = "auto"
    workers: int | None = None
    checkpoint_every: int | None = None
    log_every: int = 10
    eval_every: int = 10
    force: bool = False
