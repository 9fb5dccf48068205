"""W-MSE: distance of two views whose batches are whitened, which rules collapse out.

Ermolov et al. 2021, arXiv 2007.06346, section 3; choices as in the authors' code: each view
of a slice is whitened by its own mean and covariance (Cholesky), then brought to length 1, and both
views get gradients. The value depends on the slice size: losses of two sizes do not compare.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from augscore.errors import TensorError, UsageError
from augscore.methods.checks import check_between, check_pairs
from augscore.methods.narrow import own
from augscore.methods.pair_loss import PairLoss
from augscore.methods.record import Constants, Embeddings, Head, Method
from augscore.methods.vectors import unit, watched, without_autocast
from augscore.methods.whitening import whiten


@dataclass(frozen=True)
class WmseConstants(Constants):
    """Rows that are whitened together; what the covariance is drawn to the identity by;
    permutations that a loss is averaged over."""

    slice_size: int = 128
    eps: float = 0.0
    iterations: int = 1


def whitened_mse(
    z1: torch.Tensor,
    z2: torch.Tensor,
    slice_size: int = 128,
    eps: float = 0.0,
    generator: torch.Generator | None = None,
    iterations: int = 1,
) -> PairLoss:
    """‖n(W1 z1) − n(W2 z2)‖² in [0, 4] of two views of N images, each (N, D); n: at length 1.

    slice_size  rows that are whitened together, more than D (the authors take at least 2 D); N is a
                multiple of it
    eps         the covariance Σ becomes (1 − eps) Σ + eps I
    generator   on the CPU, of the permutation that deals rows into slices, the same for both views;
                None: slices in the order of the rows
    iterations  permutations, over which each pair's loss is averaged

    A covariance that cannot be decomposed is tried once more with 1e-4 of its mean variance added;
    `logs["whitening_retries"]` counts such slices. InputError (`not_whitened`) where that fails,
    too: the embeddings have collapsed. TensorError and UsageError (`bad_value`) for what does not
    fit.
    """
    check_pairs(("z1", z1), ("z2", z2))
    _check_slices(z1, slice_size, iterations, generator)
    check_between("eps", eps, 0.0, 1.0)
    with without_autocast(z1):
        distances, retries = [], z1.new_zeros((), dtype=torch.float32)
        for _ in range(iterations):
            order = _order(len(z1), generator).to(z1.device)
            first, failed_1 = whiten(_dealt(z1, order, slice_size), eps)
            second, failed_2 = whiten(_dealt(z2, order, slice_size), eps)
            apart = (unit(first) - unit(second)).square().sum(-1).flatten()
            distances.append(apart[order.argsort()])
            retries = retries + failed_1 + failed_2
        per_pair = torch.stack(distances).mean(0)
        logs = {**watched(z1, z2), "whitening_retries": retries}
        return PairLoss(per_pair, per_pair.new_zeros(()), logs=logs)


def _check_slices(
    z: torch.Tensor, slice_size: int, iterations: int, generator: torch.Generator | None
) -> None:
    count, dims = z.shape
    if slice_size <= dims:
        raise UsageError(
            f"slice_size {slice_size} is not above the {dims} dimensions that it whitens",
            code="bad_value",
            hint=f"Give {2 * dims} or more, or narrower embeddings",
        )
    if count < slice_size or count % slice_size:
        raise TensorError(
            f"z1: got {count} rows, wanted a multiple of slice_size, {slice_size}",
            code="bad_tensor",
            hint="Change the batch size or slice_size",
        )
    if iterations < 1 or (iterations > 1 and generator is None):
        raise UsageError(
            f"iterations is {iterations}",
            code="bad_value",
            hint="Give 1, or more together with a generator",
        )


def _order(count: int, generator: torch.Generator | None) -> torch.Tensor:
    if generator is None:
        return torch.arange(count)
    return torch.randperm(count, generator=generator)


def _dealt(z: torch.Tensor, order: torch.Tensor, slice_size: int) -> torch.Tensor:
    """(S, slice_size, D) rows in that order."""
    return z[order].reshape(-1, slice_size, z.shape[1])


def _loss(embeddings: Embeddings, constants: Constants) -> PairLoss:
    c = own(constants, WmseConstants)
    return whitened_mse(
        embeddings.z1,
        embeddings.z2,
        c.slice_size,
        c.eps,
        embeddings.generator,
        c.iterations,
    )


WMSE = Method(
    name="wmse",
    title="W-MSE",
    source="Ermolov et al. 2021, arXiv 2007.06346, section 3",
    constants=WmseConstants(),
    loss=_loss,
    projector=Head(1024, 64),
)
