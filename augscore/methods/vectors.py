"""Embeddings as float32 rows of length 1, and what is worth watching about them."""

from __future__ import annotations

import torch

LEAST_SQUARE = 1e-12  # bounds the gradient at a row of zeros by 1e6


def without_autocast(rows: torch.Tensor) -> torch.autocast:
    """The context in which losses are computed: no half precision, whatever surrounds it."""
    return torch.autocast(rows.device.type, enabled=False)


def wide(rows: torch.Tensor) -> torch.Tensor:
    """The rows in float32; float64 stays."""
    return rows if rows.dtype == torch.float64 else rows.float()


def unit(rows: torch.Tensor) -> torch.Tensor:
    """(..., D) rows in float32 at length 1; a row of zeros stays zero."""
    rows = wide(rows)
    square = rows.square().sum(-1, keepdim=True)
    return rows * square.clamp_min(LEAST_SQUARE).rsqrt()


def cosines(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """(...,) cosines of rows that belong together, each (..., D)."""
    return (unit(first) * unit(second)).sum(-1)


@torch.no_grad()
def watched(first: torch.Tensor, second: torch.Tensor) -> dict[str, torch.Tensor]:
    """Mean cosine of the N pairs and of different images, and the rows of (nearly) zero length.

    Both (N, D). Negatives are the N(N − 1) combinations of one side with the other; 0 where N = 1.
    """
    a, b = unit(first), unit(second)
    count = len(a)
    positive = (a * b).sum()
    negative = (a.sum(0) * b.sum(0)).sum() - positive
    short = [(wide(rows).square().sum(-1) <= LEAST_SQUARE).sum() for rows in (first, second)]
    return {
        "positive_cosine": positive / count,
        "negative_cosine": negative / max(count * (count - 1), 1),
        "zero_norm_rows": (short[0] + short[1]).to(a.dtype),
    }
