"""The options that one run of pair training and a study of many share."""

from __future__ import annotations

from pathlib import Path

import click

from .completing import models
from .options import AutoInt

recipe = click.option(
    "--recipe",
    metavar="NAME",
    help="Published numbers: cifar10, cifar100 or imagenet100; each can be overridden.",
)
labels = click.option(
    "--labels",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Classes, columns path and label.  [default: sub-folders]",
)
limit = click.option(
    "--limit", type=click.IntRange(min=2), metavar="N", help="Train on at most so many images."
)
size = click.option(
    "--size",
    type=AutoInt(8),
    metavar="N",
    default="auto",
    show_default=True,
    help="Of the views, px; auto: the images' own up to 96, else 224.",
)
epochs = click.option("--epochs", type=click.IntRange(min=1), metavar="N", help="Passes over DATA.")
steps = click.option(
    "--steps", type=click.IntRange(min=1), metavar="N", help="Steps, instead of epochs."
)
amp = click.option(
    "--amp",
    type=click.Choice(["auto", "off", "bf16", "fp16"]),
    default="auto",
    show_default=True,
    help="Precision inside the networks; losses are float32.",
)
score_model = click.option(
    "--score-model",
    metavar="NAME|PATH",
    shell_complete=models,
    help="Judge by this model.  [default: one trained on DATA first]",
)
