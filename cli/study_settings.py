"""The options of `study weighting`, and how they become the request that all its runs share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .completing import models, policies
from .options import AutoInt, Settings, decorated, given_of, machine_options
from .pair_keys import Key
from .policy_source import allow_code, named_policy

if TYPE_CHECKING:
    from augscore.training.request import TrainRequest

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class StudySettings(Settings):
    """Every option of `study weighting`, resolved; `more`: the settings by name that were given."""

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
    more: Mapping[str, bool | int | float | str | tuple[float, ...]]

    def request(self) -> TrainRequest:
        """Its method, folder, weighting and seed are those of no run: each run has its own."""
        from augscore.training.request import TrainRequest

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


def with_study_settings(
    keys: tuple[Key, ...],
) -> Callable[[Callable[[StudySettings], None]], Callback]:
    """Call the command with one `StudySettings`."""

    def decorate(action: Callable[[StudySettings], None]) -> Callback:
        @click.pass_context
        def callback(ctx: click.Context, /, **values: object) -> None:
            names = {key.parameter: key.name for key in keys}
            more = {names[p]: v for p, v in values.items() if p in names and v is not None}
            known = {f.name: values[f.name] for f in fields(StudySettings) if f.name in values}
            settings = {**known, "more": more, "given": given_of(ctx, values)}
            action(StudySettings(**settings))  # type: ignore[arg-type]

        return callback

    return decorate


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
    click.option(
        "--recipe",
        metavar="NAME",
        help="Published numbers: cifar10, cifar100 or imagenet100; each can be overridden.",
    ),
    click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=policies,
        help="How views are made.  [default: each method's own]",
    ),
    allow_code,
    click.option(
        "--labels",
        metavar="CSV",
        type=click.Path(path_type=Path),
        help="Classes, columns path and label.  [default: sub-folders]",
    ),
    click.option(
        "--limit", type=click.IntRange(min=2), metavar="N", help="Train on at most so many images."
    ),
    click.option(
        "--size",
        type=AutoInt(8),
        metavar="N",
        default="auto",
        show_default=True,
        help="Of the views, px; auto: the images' own up to 96, else 224.",
    ),
    click.option(
        "--arch",
        metavar="NAME",
        default="small",
        show_default=True,
        help="Backbone: small, resnet18, or any of torchvision's and timm's.",
    ),
    click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="Passes over DATA."),
    click.option(
        "--steps", type=click.IntRange(min=1), metavar="N", help="Steps, instead of epochs."
    ),
    click.option("--batch-size", type=click.IntRange(min=2), metavar="N", help="Images a step."),
    click.option(
        "--amp",
        type=click.Choice(["auto", "off", "bf16", "fp16"]),
        default="auto",
        show_default=True,
        help="Precision inside the networks; losses are float32.",
    ),
    click.option(
        "--score-model",
        metavar="NAME|PATH",
        shell_complete=models,
        help="Judge by this model.  [default: one trained on DATA first]",
    ),
    click.option("--dry-run", is_flag=True, help="Show the runs and the expected time, and stop."),
)
