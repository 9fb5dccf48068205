"""Readings: pure functions of what the network sees, each with a name, a version and a unit.

| name         | unit                               | identity | direction                       |
|--------------|------------------------------------|----------|---------------------------------|
| strength     | 1 = as far as an unrelated picture | 0        | more = moved farther            |
| score_norm   | 1/pixel value, RMS over pixels     | -        | noise up, blur down             |
| score_value  | mean ln(σ · score_norm) over σ     | -        | as score_norm                   |
| score_shift  | difference of score_value, signed  | 0        | as score_norm                   |
| score_gap    | absolute score_shift               | 0        | more = unequal                  |
| typicality   | % of clean images less typical     | -        | less = stranger                 |

`strength` compares local statistics over windows that are a share of the image: the spreads of the
decoder's activations over windows of two sizes, and the means and spreads of the denoising error,
which is the score of the noisy image up to the shared noise. It is a score gap made local and per
channel; position within a window does not count, so small shifts are mild and large ones are not.
All of it comes from one pass of the network.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F

from augscore.strength.sight import Sight

STRENGTH = "strength/2"
FEATURE_WINDOWS = (2 / 7, 1 / 2)
ERROR_WINDOW = 1 / 7
PART_WEIGHTS = (1.0, 1.0, 0.5)
"""Of the activations at each window, then of the errors: assets/evidence/reading/log.md."""
_CONTRAST_STABILITY = 0.05
_VARIANCE_FLOOR = 1e-4


@dataclass(frozen=True)
class Standards:
    """Per-channel mean and sd on clean images, and what two unrelated clean images read in each
    part of the strength."""

    feature_mean: torch.Tensor
    feature_sd: torch.Tensor
    error_mean: torch.Tensor
    error_sd: torch.Tensor
    unrelated: tuple[float, ...] = (1.0,) * len(PART_WEIGHTS)

    def to(self, device: torch.device) -> Standards:
        return replace(
            self,
            feature_mean=self.feature_mean.to(device),
            feature_sd=self.feature_sd.to(device),
            error_mean=self.error_mean.to(device),
            error_sd=self.error_sd.to(device),
        )


@dataclass(frozen=True)
class Description:
    """Window statistics of a batch, enough to compare any two of its images.

    feature_spreads             one (B, C, w, w') a size of window
    error_means, error_spreads  (B, 3, v, v')
    """

    feature_spreads: tuple[torch.Tensor, ...]
    error_means: torch.Tensor
    error_spreads: torch.Tensor

    def __len__(self) -> int:
        return len(self.error_means)

    def __getitem__(self, rows: slice | list[int] | torch.Tensor) -> Description:
        return self._each(lambda x: x[rows])

    def to(self, device: torch.device) -> Description:
        return self._each(lambda x: x.to(device))

    def _each(self, change: Callable[[torch.Tensor], torch.Tensor]) -> Description:
        return Description(
            tuple(change(x) for x in self.feature_spreads),
            change(self.error_means),
            change(self.error_spreads),
        )


def describe(sight: Sight, standards: Standards) -> Description:
    """Standardise each channel and reduce to windows."""
    features = _standardised(sight.features, standards.feature_mean, standards.feature_sd)
    errors = _standardised(sight.errors, standards.error_mean, standards.error_sd)
    spreads = tuple(_window_statistics(features, share)[1] for share in FEATURE_WINDOWS)
    return Description(spreads, *_window_statistics(errors, ERROR_WINDOW))


def strength(a: Description, b: Description, standards: Standards) -> torch.Tensor:
    """(B,) ≥ 0, symmetric; exactly 0 for equal descriptions, about 1 for unrelated images."""
    shares = strength_parts(a, b) / torch.tensor(standards.unrelated)
    weights = torch.tensor(PART_WEIGHTS)
    return (shares * weights).sum(dim=1) / weights.sum()


def strength_parts(a: Description, b: Description) -> torch.Tensor:
    """(B, 3) before scaling: activations at each size of window, denoising errors."""
    pairs = zip(a.feature_spreads, b.feature_spreads, strict=True)
    return torch.stack([*(_contrast(x, y) for x, y in pairs), _error_distance(a, b)], dim=1)


def _contrast(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """(B, C, w, w') spreads → (B,) in [0, 1]: the contrast term of SSIM (Wang et al. 2004)."""
    product = 2 * a * b + _CONTRAST_STABILITY
    energy = a.square() + b.square() + _CONTRAST_STABILITY
    return (1 - product / energy).flatten(1).mean(dim=1)


def _error_distance(a: Description, b: Description) -> torch.Tensor:
    """(B,): root mean square over windows of both differences, then the mean over channels."""
    means = (a.error_means - b.error_means).square()
    spreads = (a.error_spreads - b.error_spreads).square()
    return (means + spreads).flatten(2).mean(dim=2).sqrt().mean(dim=1)


def score_value(norms: torch.Tensor, sigmas: tuple[float, ...]) -> torch.Tensor:
    """(B, L) score norms → (B,): the mean over σ of ln(σ · norm), nats."""
    return log_norms(norms, sigmas).mean(dim=1)


def score_shift(
    reference: torch.Tensor, image: torch.Tensor, sigmas: tuple[float, ...]
) -> torch.Tensor:
    """(B,) signed: score_value(image) − score_value(reference), from score norms (B, L)."""
    return score_value(image, sigmas) - score_value(reference, sigmas)


def log_norms(norms: torch.Tensor, sigmas: tuple[float, ...]) -> torch.Tensor:
    """(B, L): ln(σ · norm), which has no unit; a constant image gets a finite value."""
    levels = torch.tensor(sigmas, dtype=norms.dtype, device=norms.device)
    return (norms * levels).clamp_min(1e-6).log()


def _standardised(x: torch.Tensor, mean: torch.Tensor, sd: torch.Tensor) -> torch.Tensor:
    return (x - mean[:, None, None]) / sd[:, None, None]


def _window_statistics(x: torch.Tensor, share: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Means, and standard deviations with a floor under their squares."""
    means = _window_means(x, share)
    variances = (_window_means(x.square(), share) - means.square()).clamp_min(0)
    return means, (variances + _VARIANCE_FLOOR).sqrt()


def _window_means(x: torch.Tensor, share: float) -> torch.Tensor:
    """Means over square windows of a share of the short side, half overlapping."""
    window = max(2, round(share * min(x.shape[-2:])))
    return F.avg_pool2d(x, window, stride=max(1, window // 2))
