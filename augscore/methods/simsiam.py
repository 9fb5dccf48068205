"""SimSiam: negative cosine of a prediction and the other view, which gets no gradient.

Chen and He 2021, arXiv 2011.10566, equations 1 to 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.methods.checks import check_pairs
from augscore.methods.narrow import needed, own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method
from augscore.methods.vectors import cosines, watched, without_autocast


@dataclass(frozen=True)
class SimsiamConstants(Constants):
    """SimSiam has none."""


def negative_cosine(
    p1: torch.Tensor, z2: torch.Tensor, p2: torch.Tensor, z1: torch.Tensor
) -> PairLoss:
    """−½ (cos(p1, z2) + cos(p2, z1)) of N images, all (N, D); no gradient reaches z1 and z2.

    p1, p2 are predictions from the projections z1, z2. A loss lies in [−1, 1].
    TensorError for shapes that do not fit.
    """
    check_pairs(("p1", p1), ("z2", z2), ("p2", p2), ("z1", z1))
    with without_autocast(p1):
        directions = -torch.stack([cosines(p1, z2.detach()), cosines(p2, z1.detach())])
        rest = directions.new_zeros(())
        return PairLoss(directions.mean(0), rest, directions, watched(z1, z2))


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    own(constants, SimsiamConstants)
    p1, p2 = needed("p1", embeddings.p1), needed("p2", embeddings.p2)
    return negative_cosine(p1, embeddings.z2, p2, embeddings.z1)


SIMSIAM = Method(
    name="simsiam",
    title="SimSiam",
    source="Chen and He 2021, arXiv 2011.10566, equations 1 to 4",
    constants=SimsiamConstants(),
    loss=_loss,
    projector=Head(2048, 2048, layers=3, norm_out=True, affine_out=False),
    predictor=Head(512, 2048),
    coupled=False,
)
