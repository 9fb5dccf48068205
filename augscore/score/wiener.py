"""The best stationary linear denoiser: the bar that a trained network must beat.

For images with spectrum C(f) (3 × 3 at each frequency, colour correlation kept) the filter
W(f) = C (C + σ² I)⁻¹ has the least mean squared error of all linear shift-invariant ones
(Wiener 1949). Both denoisers see the same crops and noise; only the central half counts, so that
window and wrap-around effects stay outside.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

CHUNK = 64
"""Crops at a time: between them a signal can end the work."""

Denoise = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class Wiener:
    """Spectrum (S, S, 3, 3) complex of crops of side S, and their mean colour (3,)."""

    spectrum: torch.Tensor
    mean: torch.Tensor

    def denoise(self, noisy: torch.Tensor, sigma: float) -> torch.Tensor:
        """(B, 3, S, S) → (B, 3, S, S)."""
        identity = torch.eye(3, dtype=self.spectrum.dtype, device=self.spectrum.device)
        gain = torch.linalg.solve(self.spectrum + sigma**2 * identity, self.spectrum)
        centred = noisy.to(self.mean.dtype) - self.mean[:, None, None]
        spectra = torch.fft.fft2(centred)
        filtered = torch.fft.ifft2(torch.einsum("hwcd,bdhw->bchw", gain, spectra)).real
        denoised: torch.Tensor = filtered + self.mean[:, None, None]
        return denoised


def fit_wiener(crops: torch.Tensor) -> Wiener:
    """From training crops (N, 3, S, S) float in [0, 1]; 1,000 or more."""
    side = crops.shape[-1]
    chunks = torch.split(crops, CHUNK)
    sums = [chunk.sum(dim=(0, 2, 3), dtype=torch.float64) for chunk in chunks]
    mean = torch.stack(sums).sum(dim=0) / (len(crops) * side**2)
    hann = torch.hann_window(side, periodic=True, dtype=torch.float64, device=crops.device)
    window = hann[:, None] * hann[None, :]
    window = window / window.square().mean().sqrt()
    total = torch.zeros(side, side, 3, 3, dtype=torch.complex128, device=crops.device)
    for chunk in chunks:
        spectra = torch.fft.fft2((chunk - mean[:, None, None]) * window) / side
        total += torch.einsum("nchw,ndhw->hwcd", spectra, spectra.conj())
    return Wiener(total / len(crops), mean)


@dataclass(frozen=True)
class ErrorRow:
    """Held-out mean squared errors at one σ; `ratio` is network over Wiener."""

    sigma: float
    network: float
    wiener: float

    @property
    def ratio(self) -> float:
        return self.network / self.wiener


def compare_with_wiener(
    denoise: Denoise,
    wiener: Wiener,
    crops: torch.Tensor,
    sigmas: Sequence[float],
    noise: torch.Tensor,
) -> tuple[ErrorRow, ...]:
    """One row a σ over held-out crops (N, 3, S, S) in [0, 1] and fixed noise of that shape."""
    return tuple(_error_row(denoise, wiener, crops, float(sigma), noise) for sigma in sigmas)


def _error_row(
    denoise: Denoise, wiener: Wiener, crops: torch.Tensor, sigma: float, noise: torch.Tensor
) -> ErrorRow:
    noisy = crops + sigma * noise
    levels = torch.full((len(crops),), sigma, device=crops.device)
    network_error = _central_error(denoise(noisy, levels), crops)
    wiener_error = _central_error(wiener.denoise(noisy, sigma), crops)
    return ErrorRow(sigma, network_error, wiener_error)


def _central_error(denoised: torch.Tensor, clean: torch.Tensor) -> float:
    quarter = clean.shape[-1] // 4
    centre = (..., slice(quarter, -quarter), slice(quarter, -quarter))
    return float((denoised[centre].to(torch.float64) - clean[centre]).square().mean())
