"""What every loss returns: a number for each pair, and what belongs to the batch as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch

from augscore.methods.checks import check_weight_sum, check_weights


@dataclass(frozen=True)
class PairLoss:
    """Losses of N positive pairs, float32 whatever the embeddings are (float64 for float64).

    per_pair        (N,) what weights touch
    batch_term      () what no pair can be charged with, such as VICReg's variance and covariance
    per_direction   (2, N) for symmetric losses, whose mean over directions is `per_pair`; else None
    logs            () numbers worth watching, without gradient
    """

    per_pair: torch.Tensor
    batch_term: torch.Tensor
    per_direction: torch.Tensor | None = None
    logs: Mapping[str, torch.Tensor] = field(default_factory=dict)

    def reduce(
        self,
        weights: torch.Tensor | None = None,
        *,
        weight_sum: torch.Tensor | float | None = None,
        world_size: int = 1,
    ) -> torch.Tensor:
        """The () loss `world_size * sum(weights * per_pair) / weight_sum + batch_term`.

        weights     (N,) numbers from 0 up, without gradient; None for the published loss, the mean
                    over pairs, which ones give bit for bit. Scaling all of them changes nothing.
                    A pair of weight 0 is left out, whatever its loss is, even NaN; it stays a
                    negative of the others. Where all are 0, `batch_term` alone remains
                    (`no_pair_left` tells).
        weight_sum  of the pairs of all ranks, where this rank holds some of them; None for the sum
                    of `weights`. N gives the mean of weight times loss, which is not normalised.
        world_size  ranks whose gradients are averaged afterwards.

        TensorError (`bad_tensor`) for weights of another shape, or not floating point; UsageError
        (`bad_weights`) for weights that are negative, NaN or infinite.
        """
        if weights is None:
            weights = torch.ones_like(self.per_pair)
        else:
            check_weights(weights, self.per_pair)
        weights = weights.detach().to(self.per_pair)
        total = _total(weights, weight_sum)
        left = total > 0
        kept = torch.where(weights > 0, self.per_pair, 0.0)
        mean = (weights * kept).sum() / torch.where(left, total, 1.0)
        pairs = torch.where(left, mean, 0.0)
        return (pairs if world_size == 1 else world_size * pairs) + self.batch_term


def no_pair_left(weights: torch.Tensor) -> torch.Tensor:
    """() bool: whether all weights are 0, so that `reduce` drops the pairs; without a wait for the
    device."""
    return (weights == 0).all()


def _total(weights: torch.Tensor, given: torch.Tensor | float | None) -> torch.Tensor:
    if given is None:
        return weights.sum()
    total = torch.as_tensor(given, dtype=weights.dtype, device=weights.device).detach()
    check_weight_sum(total)
    return total
