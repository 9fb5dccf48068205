"""The slowly moving copy of a network that gives targets (He et al. 2020, arXiv 1911.05722)."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import nn

from augscore.runs.ema import update_ema
from augscore.training.networks.passes import encode_views
from augscore.training.networks.siamese import Siamese


class MomentumCopy(nn.Module):
    """Backbone and projector of a `Siamese`, copied at the start, float32, without gradient.

    `update` averages all parameters and no buffers: running statistics of its batch norm are its
    own, from its own passes. Kept outside a distributed wrapper; it needs none.
    """

    def __init__(self, online: Siamese) -> None:
        super().__init__()
        self.backbone = copy.deepcopy(online.backbone).float()
        self.projector: nn.Module = copy.deepcopy(online.projector).float()
        self.requires_grad_(False)

    @torch.no_grad()
    def update(self, online: Siamese, momentum: float) -> None:
        """copy ← momentum · copy + (1 − momentum) · online; called behind the optimiser's step."""
        current = [*online.backbone.parameters(), *online.projector.parameters()]
        update_ema(
            [parameter.detach() for parameter in self.parameters()],
            [parameter.detach().float() for parameter in current],
            momentum,
        )

    @torch.no_grad()
    def forward(self, views: Sequence[torch.Tensor]) -> tuple[torch.Tensor, ...]:
        """Projections (N, D), one entry a view of (N, 3, S, S)."""
        return tuple(z for (z,) in encode_views(self._encode, views))

    def _encode(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.projector(self.backbone(images)),)
