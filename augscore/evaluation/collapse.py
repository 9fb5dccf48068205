"""Whether embeddings still differ: numbers that fall when a network maps all images to one point.

All take float tensors of any precision and compute in float32, without gradient; they mean little
below a thousand rows.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F

from augscore.errors import TensorError

LEAST_SHARE = 0.2
_EPSILON = 1e-7


@torch.no_grad()
def spread(z: torch.Tensor) -> torch.Tensor:
    """(N, D) → (): the sd of each of the D numbers of z/|z| over the batch, and their mean.

    1/sqrt(D) for directions all alike, 0 for a single point. Chen, He 2021, "Exploring simple
    Siamese representation learning", section 4.1.
    """
    _check(z)
    return _unit(z).std(dim=0).mean()


@torch.no_grad()
def rank_me(z: torch.Tensor, *, centred: bool = False) -> torch.Tensor:
    """(N, D) → (): how many directions the embeddings fill, from 1 to min(N, D).

    exp of the entropy of the singular values, divided by their sum, plus 1e-7. Garrido,
    Balestriero, Najman, LeCun 2023, "RankMe", equation 1. A common offset hides the other
    directions unless the embeddings are `centred` first; N is to be far above D.
    """
    _check(z)
    values = z.to("cpu", torch.float32)  # not every accelerator has singular values
    if centred:
        values = values - values.mean(dim=0)
    sizes = torch.linalg.svdvals(values)
    shares = sizes / sizes.sum().clamp_min(torch.finfo(torch.float32).tiny) + _EPSILON
    return torch.exp(-(shares * shares.log()).sum())


@torch.no_grad()
def mean_positive_cosine(z1: torch.Tensor, z2: torch.Tensor) -> torch.Tensor:
    """(N, D) twice → (): mean cosine of row i and row i."""
    _check(z1, z2)
    return (_unit(z1) * _unit(z2)).sum(dim=1).mean()


@torch.no_grad()
def mean_negative_cosine(z1: torch.Tensor, z2: torch.Tensor) -> torch.Tensor:
    """(N, D) twice → (): mean cosine of row i of the first and row j of the second, i ≠ j.

    By the sums of both, so that no table of N² cosines is made.
    """
    _check(z1, z2)
    first, second = _unit(z1), _unit(z2)
    rows = len(first)
    alike = (first * second).sum()
    return (first.sum(dim=0) @ second.sum(dim=0) - alike) / (rows * (rows - 1))


def collapsed(std: float, dim: int) -> bool:
    """Whether a `spread` of D = `dim` numbers is below 0.2/sqrt(D), or not a number."""
    return not std >= LEAST_SHARE / math.sqrt(dim)


def _unit(z: torch.Tensor) -> torch.Tensor:
    return F.normalize(z.to(torch.float32), dim=1)


def _check(*embeddings: torch.Tensor) -> None:
    shapes = [tuple(z.shape) for z in embeddings]
    if len(shapes[0]) != 2 or shapes[0][0] < 2 or len({*shapes}) > 1:
        told = " and ".join(map(str, shapes))
        raise TensorError(
            f"embeddings: got shape {told}, wanted (N, D), N > 1, alike", code="bad_tensor"
        )
