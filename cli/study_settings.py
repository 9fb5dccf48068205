"""The options of `study weighting`, and how they become the request that all its runs share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .completing import policies
from .named_settings import NamedSettings
from .options import decorated, machine_options
from .policy_source import allow_code, named_policy
from .training_options import (
    amp,
    epochs,
    labels,
    limit,
    recipe,
    score_model,
    size,
    steps,
)

if TYPE_CHECKING:
    from augscore.training.planning.request import TrainRequest

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class StudySettings(NamedSettings):
    """Every option of `study weighting`, resolved."""

    data: str
    out: Path
    methods: str
    weightings: str
    seeds: int
    others: bool
    recipe: str | None
    policy: str | None
    allow_code: bool
    size: int | None
    arch: str
    epochs: int | None
    steps: int | None
    batch_size: int | None
    amp: str
    score_model: str | None
    labels: Path | None
    limit: int | None
    device: str
    workers: int | None
    dry_run: bool

    def request(self) -> TrainRequest:
        """Its method, folder, weighting and seed are those of no run: each run has its own."""
        from augscore.training.planning.request import TrainRequest

        policy = None if self.policy is None else named_policy(self.policy, self.allow_code)
        return TrainRequest(
            method="",
            out=self.out,
            recipe=self.recipe,
            policy=policy,
            size=self.size,
            arch=self.arch,
            epochs=self.epochs,
            steps=self.steps,
            batch_size=self.batch_size,
            amp=self.amp,  # type: ignore[arg-type]
            score_model=self.score_model,
            settings=self.more,
            labels=self.labels,
            limit=self.limit,
            device=self.device,
            workers=self.workers,
            eval_every=0,
        )


def study_options(function: Callback) -> Callback:
    """All but the settings by name and what every command has."""
    return decorated(function, (*_GRID, *_RUNS, machine_options))


_GRID = (
    click.argument("data", metavar="DATA"),
    click.option(
        "-o",
        "--out",
        required=True,
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Folder of the study; the same command again continues it.",
    ),
    click.option(
        "--methods",
        metavar="A,B,...",
        default="simclr,vicreg",
        show_default=True,
        help="Methods, every weighting and seed of each.",
    ),
    click.option(
        "--weightings",
        metavar="A,B,...",
        default="none,score,permuted,inverted",
        show_default=True,
        help="Weightings, as in augscore train.",
    ),
    click.option(
        "--seeds",
        type=click.IntRange(min=1),
        metavar="N",
        default=3,
        show_default=True,
        help="Runs of each method and weighting, from seed 0 on.",
    ),
    click.option(
        "--others",
        is_flag=True,
        help="Also each other method, one run without weights and one with.",
    ),
)

_RUNS = (
    recipe,
    click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=policies,
        help="How views are made.  [default: each method's own]",
    ),
    allow_code,
    labels,
    limit,
    size,
    click.option(
        "--arch",
        metavar="NAME",
        default="small",
        show_default=True,
        help="Backbone: small, resnet18, or any of torchvision's and timm's.",
    ),
    epochs,
    steps,
    click.option("--batch-size", type=click.IntRange(min=2), metavar="N", help="Images a step."),
    amp,
    score_model,
    click.option("--dry-run", is_flag=True, help="Show the runs and the expected time, and stop."),
)
