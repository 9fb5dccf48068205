"""The options that commands which measure images share: classes, model, sizes."""

from __future__ import annotations

from pathlib import Path

import click

from .completing import models
from .options import AutoInt, Count

labels = click.option(
    "--labels",
    metavar="CSV",
    type=click.Path(path_type=Path),
    help="Classes: a table with columns path and label.  [default: the first folder]",
)
model = click.option(
    "--model",
    default="default",
    show_default=True,
    metavar="NAME",
    shell_complete=models,
    help="A score model: a name, a file, or a run folder.",
)
size = click.option(
    "--size",
    type=AutoInt(32),
    metavar="N",
    default="auto",
    show_default="the policy's",
    help="Side of the views in pixels.",
)
max_pixels = click.option(
    "--max-pixels",
    type=Count(),
    metavar="N",
    default="100e6",
    show_default=True,
    help="Skip images of more pixels.",
)
batch_size = click.option(
    "--batch-size",
    type=AutoInt(1),
    metavar="N",
    default="auto",
    show_default=True,
    help="Images at a time; changes no number.",
)
