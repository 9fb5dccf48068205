"""What every loss returns: a number for each pair, and what belongs to the batch as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class PairLoss:
    """Losses of N positive pairs, float32 whatever the embeddings are.

    per_pair        (N,) what weights touch
    batch_term      () what no pair can be charged with, such as VICReg's variance and covariance
    per_direction   (2, N) for symmetric losses, whose mean over directions is `per_pair`; else None
    logs            () numbers worth watching, without gradient
    """

    per_pair: torch.Tensor
    batch_term: torch.Tensor
    per_direction: torch.Tensor | None = None
    logs: Mapping[str, torch.Tensor] = field(default_factory=dict)
