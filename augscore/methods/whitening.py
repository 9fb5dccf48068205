"""Whitening of slices of a batch by the Cholesky factor of their covariance.

Ermolov et al. 2021, arXiv 2007.06346, section 3. Unlike ZCA, the factor depends on the order of the
dimensions, and each view has a rotation of its own.
"""

from __future__ import annotations

import torch

from augscore.errors import InputError
from augscore.methods.vectors import wide

RETRY_EPS = 1e-4  # of the mean variance


def whiten(slices: torch.Tensor, eps: float = 0.0) -> tuple[torch.Tensor, torch.Tensor]:
    """(S, n, D) rows whose covariance (over n − 1) is the identity in each of S slices, and () how
    many slices took a second attempt.

    The covariance Σ becomes (1 − eps) Σ + eps I; at the second attempt `RETRY_EPS` of its mean
    variance is mixed in likewise. InputError (`not_whitened`) where that fails, too. NaN in, NaN
    out.
    """
    rows = wide(slices)
    centred = rows - rows.mean(1, keepdim=True)
    covariance = centred.mT @ centred / (rows.shape[1] - 1)
    if eps:
        covariance = _towards(covariance, eps, torch.ones_like(covariance[:, :1, :1]))
    factor, failed = _decompose(covariance)
    if bool(failed.any()):
        factor, failed = _once_more(covariance, failed)
    white = torch.linalg.solve_triangular(factor, centred.mT, upper=False).mT
    return white, failed.sum().to(white.dtype)


def _once_more(covariance: torch.Tensor, failed: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The factors of all slices, those that failed with a little added."""
    variance = covariance.diagonal(dim1=1, dim2=2).mean(1)[:, None, None]
    added = _towards(covariance, RETRY_EPS, variance)
    factor, still = _decompose(torch.where(failed[:, None, None], added, covariance))
    if bool(still.any()):
        raise InputError(
            "the embeddings of a batch cannot be whitened: some dimensions do not vary",
            code="not_whitened",
            hint="They may have collapsed: try a lower learning rate, a larger slice_size, or eps",
        )
    return factor, failed


def _decompose(covariance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(S, D, D) lower Cholesky factors and (S,) whether there is none; NaN counts as one."""
    factor, info = torch.linalg.cholesky_ex(covariance)
    return factor, (info != 0) & covariance.isfinite().all(2).all(1)


def _towards(covariance: torch.Tensor, eps: float, variance: torch.Tensor) -> torch.Tensor:
    identity = torch.eye(covariance.shape[1], dtype=covariance.dtype, device=covariance.device)
    return (1 - eps) * covariance + eps * variance * identity
