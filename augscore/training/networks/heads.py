"""Projectors and predictors: stacks of linear layers."""

from __future__ import annotations

from itertools import pairwise

from torch import nn

from augscore.methods.record import Head
from augscore.training.networks.seeding import seeded_weights


def make_head(head: Head, features: int, *, seed: int, part: str) -> nn.Sequential:
    """(N, features) → (N, head.out), its weights from `seed` and `part` ("projector").

    A linear layer has a bias where no norm follows: batch norm would take it out again.
    """
    widths = [features, *[head.hidden] * (head.layers - 1), head.out]
    modules: list[nn.Module] = []
    with seeded_weights(seed, part):
        for place, (width, out) in enumerate(pairwise(widths), start=1):
            last = place == head.layers
            normed = head.norm_out if last else head.norm_hidden
            modules.append(nn.Linear(width, out, bias=not normed))
            if normed:
                modules.append(nn.BatchNorm1d(out, affine=head.affine_out or not last))
            if not last:
                modules.append(nn.ReLU(inplace=True))
        return nn.Sequential(*modules)
