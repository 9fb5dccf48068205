"""The options of `train METHOD`, and how they become one request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import click

from .completing import models, policies
from .options import AutoInt, Configured, Settings, decorated, given_of, machine_options
from .pair_keys import WEIGHTINGS, Key
from .policy_source import allow_code

Callback = Callable[..., None]


@dataclass(frozen=True, kw_only=True)
class TrainPairSettings(Settings):
    """Every option of `train METHOD`, resolved; `more`: the settings by name that were given."""

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
    more: Mapping[str, bool | int | float | str | tuple[float, ...]]


class PairCommand(Configured):
    """Its help lists the settings by name apart from the options that everybody needs."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        plain: list[tuple[str, str]] = []
        named: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                is_named = (param.name or "").startswith("set_")
                (named if is_named else plain).append(record)
        with formatter.section("Options"):
            formatter.write_dl(plain)
        with formatter.section("Settings, also by --set KEY=VALUE; their defaults: the recipe's"):
            formatter.write_dl(named)


def pair_options(function: Callback) -> Callback:
    """All but the settings by name and what every command has."""
    return decorated(function, (*_WHAT, *_HOW, *_WATCH, machine_options))


def with_pair_settings(
    keys: tuple[Key, ...],
) -> Callable[[Callable[[TrainPairSettings], None]], Callback]:
    """Call the command with one `TrainPairSettings`."""

    def decorate(action: Callable[[TrainPairSettings], None]) -> Callback:
        @click.pass_context
        def callback(ctx: click.Context, /, **values: object) -> None:
            names = {key.parameter: key.name for key in keys}
            more = {names[p]: v for p, v in values.items() if p in names and v is not None}
            known = {f.name: values[f.name] for f in fields(TrainPairSettings) if f.name in values}
            settings = {**known, "more": more, "given": given_of(ctx, values)}
            action(TrainPairSettings(**settings))  # type: ignore[arg-type]

        return callback

    return decorate


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
    click.option(
        "--recipe",
        metavar="NAME",
        help="Published numbers: cifar10, cifar100 or imagenet100; each can be overridden.",
    ),
    click.option(
        "--policy",
        metavar="NAME|FILE",
        shell_complete=policies,
        help="How views are made.  [default: the method's own]",
    ),
    allow_code,
    click.option(
        "--labels",
        metavar="CSV",
        type=click.Path(path_type=Path),
        help="Classes, columns path and label.  [default: sub-folders]",
    ),
    click.option("--download", is_flag=True, help="Fetch a data set of torchvision into ./data."),
    click.option(
        "--limit", type=click.IntRange(min=2), metavar="N", help="Train on at most so many images."
    ),
)

_HOW = (
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
        help="Backbone: resnet18, small, or any of torchvision's and timm's.",
    ),
    click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="Passes over DATA."),
    click.option(
        "--steps", type=click.IntRange(min=1), metavar="N", help="Steps, instead of epochs."
    ),
    click.option(
        "--batch-size", type=click.IntRange(min=2), metavar="N", help="Images a step, all devices."
    ),
    click.option(
        "--amp",
        type=click.Choice(["auto", "off", "bf16", "fp16"]),
        default="auto",
        show_default=True,
        help="Precision inside the networks; losses are float32.",
    ),
    click.option(
        "--weighting",
        type=click.Choice(WEIGHTINGS),
        help="How pairs are weighted.  [default: none]",
    ),
    click.option(
        "--score-model",
        metavar="NAME|PATH",
        shell_complete=models,
        help="Judge by this model.  [default: one trained on DATA first]",
    ),
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
