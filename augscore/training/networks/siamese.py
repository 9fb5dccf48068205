"""The network that is trained: backbone, projector and, for some methods, predictor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import nn

from augscore.methods.record import Head
from augscore.training.networks.backbones import Backbone, make_backbone
from augscore.training.networks.heads import make_head
from augscore.training.networks.passes import encode_views

Tensors = tuple[torch.Tensor, ...]


class Online(NamedTuple):
    """What became of V views of N images, one entry a view, with gradient.

    features    (N, feature_dim) of the backbone
    z           (N, D) projections
    p           (N, D) predictions; None without a predictor

    A named tuple, since distributed wrappers look into tuples and copy what they find.
    """

    features: Tensors
    z: Tensors
    p: Tensors | None


class Siamese(nn.Module):
    """All views in one call, so that one backward pass meets each parameter once under DDP.

    Views go through the networks as `passes.encode_views` says.
    """

    def __init__(
        self, backbone: Backbone, projector: nn.Module, predictor: nn.Module | None = None
    ) -> None:
        super().__init__()
        self.backbone = backbone
        self.projector = projector
        self.predictor = predictor

    def forward(self, views: Sequence[torch.Tensor]) -> Online:
        """`views`: each (N, 3, S, S), as the backbone wants its pixels; sizes may differ."""
        features, z, *p = zip(*encode_views(self._encode, views), strict=True)
        return Online(features, z, p[0] if p else None)

    def _encode(self, images: torch.Tensor) -> Tensors:
        features = self.backbone(images)
        z = self.projector(features)
        return (features, z) if self.predictor is None else (features, z, self.predictor(z))


def make_siamese(
    arch: str, *, size: int, projector: Head, predictor: Head | None, seed: int
) -> Siamese:
    """With random weights from `seed`, on the CPU, float32; arguments as `make_backbone`'s.

    Each part draws its own numbers: another projector leaves the backbone's weights alone.
    """
    backbone = make_backbone(arch, size=size, seed=seed)
    project = make_head(projector, backbone.feature_dim, seed=seed, part="projector")
    if predictor is None:
        return Siamese(backbone, project)
    return Siamese(
        backbone, project, make_head(predictor, projector.out, seed=seed, part="predictor")
    )
