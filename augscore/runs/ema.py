"""Exponential moving average of weights, with a warm start."""

from __future__ import annotations

import torch


def ema_decay(step: int, *, longest: float) -> float:
    """min(longest, (1 + n)/(10 + n)): early averages forget the initial weights quickly."""
    return min(longest, (1 + step) / (10 + step))


@torch.no_grad()
def update_ema(average: list[torch.Tensor], current: list[torch.Tensor], decay: float) -> None:
    """average ← decay · average + (1 − decay) · current, in place."""
    torch._foreach_mul_(average, decay)
    torch._foreach_add_(average, current, alpha=1 - decay)
