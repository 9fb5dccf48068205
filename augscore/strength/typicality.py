"""How usual an image is among clean ones: two-sided, from the vector of its log score norms.

After Mahmood, Oliva, Styner 2021 (multiscale score matching, arXiv 2010.13132): too smooth and too
noisy are both unusual, so the vector over σ is compared with a density fitted on clean images; here
one Gaussian. Blind to flips and shifts: unusualness, not strength.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

_RIDGE = 1e-4


@dataclass(frozen=True)
class CleanNorms:
    """Mean (L,) and covariance (L, L) of clean log norms; the clean set's distances², sorted."""

    mean: tuple[float, ...]
    covariance: tuple[tuple[float, ...], ...]
    distances: tuple[float, ...]

    def distance(self, log_norms: torch.Tensor) -> torch.Tensor:
        """(B, L) → (B,) squared Mahalanobis distance, float64."""
        mean = torch.tensor(self.mean, dtype=torch.float64)
        covariance = torch.tensor(self.covariance, dtype=torch.float64)
        centred = log_norms.detach().to("cpu", torch.float64) - mean
        whitened: torch.Tensor = torch.linalg.solve(covariance, centred.T).T
        return (centred * whitened).sum(dim=1)

    def typicality(self, log_norms: torch.Tensor) -> torch.Tensor:
        """(B, L) → (B,): per cent of clean images that are less typical, in (0, 100).

        Past the strangest clean image it falls as 1/distance², so that outliers keep an order.
        """
        distance = self.distance(log_norms)
        clean = torch.tensor(self.distances, dtype=torch.float64)
        count = len(clean)
        rank = _interpolated_rank(clean, distance)
        share = (count - rank + 0.5) / (count + 1)
        beyond = (0.5 / (count + 1)) * (clean[-1] / distance.clamp_min(1e-12))
        return 100 * torch.where(distance > clean[-1], beyond, share)


def fit_clean_norms(log_norms: torch.Tensor) -> CleanNorms:
    """From clean images (N, L), N well above L."""
    values = log_norms.detach().to("cpu", torch.float64)
    mean = values.mean(dim=0)
    covariance = torch.cov(values.T).reshape(len(mean), len(mean))
    covariance = covariance + _RIDGE * torch.eye(len(mean), dtype=torch.float64)
    fitted = CleanNorms(tuple(mean.tolist()), tuple(tuple(row) for row in covariance.tolist()), ())
    distances = sorted(fitted.distance(values).tolist())
    return CleanNorms(fitted.mean, fitted.covariance, tuple(distances))


def _interpolated_rank(clean: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
    """How many clean distances lie below, with a fraction between neighbours."""
    above = torch.searchsorted(clean, distance).clamp(1, len(clean) - 1)
    low, high = clean[above - 1], clean[above]
    fraction = ((distance - low) / (high - low).clamp_min(1e-12)).clamp(0, 1)
    rank = above - 1 + fraction + 0.5
    return torch.where(distance <= clean[0], distance / clean[0].clamp_min(1e-12) * 0.5, rank)
