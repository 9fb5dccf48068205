"""The information-estimation metric of two images under a denoiser.

Ohayon, Fiquet, Guth, Ballé, Simoncelli 2026 (arXiv 2510.02514): the distance between the denoising
error vectors of two images that get the same noise, over all noise levels,

    IEM² = ∫ 2 σ⁻² |e₁ − e₂|² d ln σ,   e = x − D(x + σ ε, σ).

For Gaussian data it is the Mahalanobis distance. It is shown beside `strength` and not part of it:
with small σ it puts invisible noise above a large change of hue.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]

SIGMAS = tuple(0.02 * 25 ** (i / 7) for i in range(8))


def information_distance(
    denoise: Denoise,
    a: torch.Tensor,
    b: torch.Tensor,
    noise: torch.Tensor,
    sigmas: Sequence[float] = SIGMAS,
) -> torch.Tensor:
    """(B, …) twice → (B,) IEM per dimension (root of the mean over dimensions).

    `noise` is one standard normal field that both members get; `sigmas` ascend. The integral is
    taken by the trapezoidal rule in ln σ.
    """
    levels = [_integrand(denoise, a, b, noise, sigma) for sigma in sigmas]
    total = torch.zeros_like(levels[0])
    for i in range(len(sigmas) - 1):
        total = total + 0.5 * math.log(sigmas[i + 1] / sigmas[i]) * (levels[i] + levels[i + 1])
    return total.sqrt()


def _integrand(
    denoise: Denoise, a: torch.Tensor, b: torch.Tensor, noise: torch.Tensor, sigma: float
) -> torch.Tensor:
    level = torch.full((len(a),), sigma, dtype=a.dtype, device=a.device)
    error_a = a - denoise(a + sigma * noise, level)
    error_b = b - denoise(b + sigma * noise, level)
    return 2 / sigma**2 * (error_a - error_b).square().flatten(1).mean(dim=1)
