"""The options of `train METHOD`, and how they become one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from .completing import policies
from .named_settings import NamedSettings
from .options import AutoInt, decorated, machine_options
from .pair_keys import WEIGHTINGS
from .policy_source import allow_code
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

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class TrainPairSettings(NamedSettings):
    """Every option of `train METHOD`, resolved."""

    data: str
    out: Path
    recipe: str | None
    policy: str | None
    allow_code: bool
    size: int | None
    arch: str | None
    epochs: int | None
    steps: int | None
    batch_size: int | None
    amp: str
    weighting: str | None
    score_model: str | None
    labels: Path | None
    download: bool
    limit: int | None
    eval_every: int
    log_every: int
    checkpoint_every: int | None
    seed: int
    device: str
    workers: int | None
    force: bool
    dry_run: bool


def pair_options(function: Callback) -> Callback:
    """All but the settings by name and what every command has."""
    return decorated(function, (*_WHAT, *_HOW, *_WATCH, machine_options))


_WHAT = (
    click.argument("data", metavar="DATA"),
    click.option(
        "-o",
        "--out",
        required=True,
        metavar="RUN",
        type=click.Path(path_type=Path),
        help="Folder of the run; the same command again continues it.",
    ),
    recipe,
    click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=policies,
        help="How views are made.  [default: the method's own]",
    ),
    allow_code,
    labels,
    click.option("--download", is_flag=True, help="Fetch a data set of torchvision into ./data."),
    limit,
)

_HOW = (
    size,
    click.option(
        "--arch",
        metavar="NAME",
        help="Backbone: resnet18, small, or any of torchvision's and timm's.",
    ),
    epochs,
    steps,
    click.option(
        "--batch-size", type=click.IntRange(min=2), metavar="N", help="Images a step, all devices."
    ),
    amp,
    click.option(
        "--weighting",
        type=click.Choice(WEIGHTINGS),
        help="How pairs are weighted.  [default: none]",
    ),
    score_model,
    click.option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        metavar="N",
        help="Seed of every random number.",
    ),
)

_WATCH = (
    click.option(
        "--eval-every",
        type=click.IntRange(min=0),
        default=10,
        show_default=True,
        metavar="N",
        help="Epochs between looks at k-NN; 0: at the end.",
    ),
    click.option(
        "--log-every",
        type=click.IntRange(min=1),
        default=10,
        show_default=True,
        metavar="N",
        help="Steps between rows of metrics.jsonl.",
    ),
    click.option(
        "--checkpoint-every",
        type=AutoInt(1),
        default="auto",
        show_default=True,
        metavar="N",
        help="Steps between checkpoints; auto: every minute.",
    ),
    click.option(
        "--force",
        is_flag=True,
        help="Train anew where RUN is finished or of other settings; write beside other files.",
    ),
    click.option(
        "--dry-run", is_flag=True, help="Show settings, expected time and memory, and stop."
    ),
)
