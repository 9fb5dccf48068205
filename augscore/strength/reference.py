"""Plain pixel distances, shown beside the readings and never inside them."""

from __future__ import annotations

import torch
import torch.nn.functional as F

_WINDOW, _SD = 11, 1.5
_C1, _C2 = 0.01**2, 0.03**2


def pixel_rms(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) in [0, 1], twice → (B,): root mean square difference, [0, 1]."""
    return (a - b).square().flatten(1).mean(dim=1).sqrt()


def one_minus_ssim(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(B,) 1 − SSIM, mean over channels and pixels; Gaussian window 11, sd 1.5.

    Wang, Bovik, Sheikh, Simoncelli 2004, equation 13, constants K = (0.01, 0.03), without their
    shrinking step; windows that reach over the border are left out.
    """
    mean_a, mean_b = _blur(a), _blur(b)
    var_a = _blur(a * a) - mean_a.square()
    var_b = _blur(b * b) - mean_b.square()
    covariance = _blur(a * b) - mean_a * mean_b
    ssim = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a.square() + mean_b.square() + _C1) * (var_a + var_b + _C2)
    )
    return 1 - ssim.flatten(1).mean(dim=1)


def _blur(x: torch.Tensor) -> torch.Tensor:
    offsets = torch.arange(_WINDOW, dtype=x.dtype, device=x.device) - _WINDOW // 2
    weights = torch.exp(-offsets.square() / (2 * _SD**2))
    weights = weights / weights.sum()
    channels = x.shape[1]
    across = weights.view(1, 1, 1, -1).expand(channels, 1, 1, -1)
    down = weights.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    return F.conv2d(F.conv2d(x, across, groups=channels), down, groups=channels)
