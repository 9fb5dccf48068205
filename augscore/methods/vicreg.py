"""VICReg: invariance of pairs, variance and covariance of the batch.

Bardes et al. 2022, arXiv 2105.04906, equations 1 to 6; as in the authors' code the variance term is
the mean over the two views, where equation 6 has their sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.methods.checks import check_between, check_pairs
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method
from augscore.methods.vectors import watched, wide, without_autocast


@dataclass(frozen=True)
class VicregConstants(Constants):
    """Factors of the three terms; the sd that a dimension should have; what is added to a variance;
    whether the variance term is the mean over views (the authors' code) or their sum (equation 6).
    """

    inv: float = 25.0
    var: float = 25.0
    cov: float = 1.0
    gamma: float = 1.0
    eps: float = 1e-4
    variance_average: bool = True


def vicreg(
    z1: torch.Tensor,
    z2: torch.Tensor,
    inv: float = 25.0,
    var: float = 25.0,
    cov: float = 1.0,
    *,
    gamma: float = 1.0,
    eps: float = 1e-4,
    variance_average: bool = True,
) -> PairLoss:
    """VICReg of two views of N images, each (N, D), N ≥ 2; not normalised.

    A pair's loss is inv · mean over dimensions of (z1 − z2)². The batch term is var · v + cov · c:
    v the mean (or sum) over the views of the dimensions' mean relu(gamma − sqrt(variance + eps)),
    c the sum over the views of the squares of their covariances off the diagonal, over D. Variance
    and covariance divide by N − 1. Weights touch the invariance alone.

    TensorError for shapes that do not fit; UsageError for a factor, gamma or eps below 0.
    """
    check_pairs(("z1", z1), ("z2", z2), least=2)
    for name, value in (("inv", inv), ("var", var), ("cov", cov), ("gamma", gamma), ("eps", eps)):
        check_between(name, value, 0.0)
    with without_autocast(z1):
        a, b = wide(z1), wide(z2)
        invariance = (a - b).square().mean(1)
        variance = _variance(a, gamma, eps) + _variance(b, gamma, eps)
        if variance_average:
            variance = variance / 2
        covariance = _covariance(a) + _covariance(b)
        logs = {
            **watched(z1, z2),
            "invariance": invariance.detach().mean(),
            "variance": variance.detach(),
            "covariance": covariance.detach(),
        }
        return PairLoss(inv * invariance, var * variance + cov * covariance, logs=logs)


def _variance(z: torch.Tensor, gamma: float, eps: float) -> torch.Tensor:
    return torch.relu(gamma - (z.var(0) + eps).sqrt()).mean()


def _covariance(z: torch.Tensor) -> torch.Tensor:
    centred = z - z.mean(0)
    matrix = centred.T @ centred / (len(z) - 1)
    diagonal = torch.eye(len(matrix), dtype=torch.bool, device=z.device)
    return matrix.masked_fill(diagonal, 0.0).square().sum() / len(matrix)


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, VicregConstants)
    return vicreg(
        embeddings.z1,
        embeddings.z2,
        c.inv,
        c.var,
        c.cov,
        gamma=c.gamma,
        eps=c.eps,
        variance_average=c.variance_average,
    )


VICREG = Method(
    name="vicreg",
    title="VICReg",
    source="Bardes et al. 2022, arXiv 2105.04906, equations 1 to 6",
    constants=VicregConstants(),
    loss=_loss,
    projector=Head(2048, 2048, layers=3),
)
