"""`augscore train`: one sub-command for each thing that can be trained."""

from __future__ import annotations

import click

from ..lazy import LazyGroup

SCORE = (".commands.train_score:score", "Train a score network on images alone.")
PAIRS = {
    "simclr": "SimCLR: tell the other view among all of the batch.",
    "simsiam": "SimSiam: predict the other view, without negatives.",
    "wmse": "W-MSE: bring whitened views together.",
    "vicreg": "VICReg: invariance, variance, covariance.",
    "sce": "SCE: soft contrast, by how views relate to others.",
    "moco": "MoCo v2: contrast with a queue of keys.",
    "ressl": "ReSSL: keep relations between images.",
}


COMMANDS = {
    "score": SCORE,
    **{name: (f".commands.train_pairs:{name}", text) for name, text in PAIRS.items()},
}


class TrainGroup(LazyGroup):
    """A row of its table a method."""

    lazy = COMMANDS


@click.group(cls=TrainGroup, short_help="Train a network on your own images.")
def train() -> None:
    """Train a network on your own images: a score network, or a backbone by self-supervised
    learning on pairs of views, weighted by what the score network says of them."""
