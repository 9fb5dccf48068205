"""The linear bar, against the closed form for stationary Gaussian colour images."""

from __future__ import annotations

import math

import pytest
import torch

from augscore.score.wiener import ErrorRow, Wiener, compare_with_wiener, fit_wiener

SIDE = 16
SIGMA = 0.1


def coloured(count: int, side: int) -> torch.Tensor:
    """Periodic, stationary: red smooth, green the red shifted by (1, 3) px, blue mostly its own."""
    f = torch.fft.fftfreq(side, dtype=torch.float64)
    amplitude = 1 / (0.05 + f[:, None].square() + f[None, :].square())
    white = torch.randn(2, count, side, side, dtype=torch.float64)
    smooth = torch.fft.ifft2(torch.fft.fft2(white) * amplitude).real
    smooth = 0.2 * smooth / smooth.std()
    red, own = smooth
    green = 0.8 * red.roll((1, 3), dims=(1, 2)) + 0.02 * torch.randn_like(red)
    return 0.4 + torch.stack([red, green, 0.3 * red - own], dim=1)


def spectrum_of(images: torch.Tensor) -> torch.Tensor:
    """Mean of X(f) X(f)ᴴ/S², by loops."""
    side = images.shape[-1]
    spectra = torch.fft.fft2(images - images.mean(dim=(0, 2, 3), keepdim=True))
    total = torch.zeros(side, side, 3, 3, dtype=torch.complex128)
    for c in range(3):
        for d in range(3):
            total[:, :, c, d] = (spectra[:, c] * spectra[:, d].conj()).mean(dim=0) / side**2
    return total


def test_the_filter_attains_the_closed_form_error_and_its_transpose_does_not() -> None:
    images = coloured(2000, SIDE)
    spectrum, mean = spectrum_of(images), images.mean(dim=(0, 2, 3))
    assert float(spectrum.imag.abs().max()) > 1e-3
    eye = torch.eye(3, dtype=torch.complex128)
    posterior = SIGMA**2 * spectrum @ torch.linalg.inv(spectrum + SIGMA**2 * eye)
    expected = float(posterior.diagonal(dim1=2, dim2=3).real.sum()) / (3 * SIDE**2)
    noisy = images + SIGMA * torch.randn_like(images)

    def error(wiener: Wiener) -> float:
        return float((wiener.denoise(noisy, SIGMA) - images).square().mean())

    assert error(Wiener(spectrum, mean)) == pytest.approx(expected, rel=0.02)
    assert error(Wiener(spectrum.transpose(2, 3), mean)) > 1.2 * expected


def test_colour_correlation_is_used() -> None:
    images = coloured(500, SIDE)
    spectrum, mean = spectrum_of(images), images.mean(dim=(0, 2, 3))
    noisy = images + SIGMA * torch.randn_like(images)
    grey = torch.diag_embed(spectrum.diagonal(dim1=2, dim2=3))
    full = (Wiener(spectrum, mean).denoise(noisy, SIGMA) - images).square().mean()
    separate = (Wiener(grey, mean).denoise(noisy, SIGMA) - images).square().mean()
    assert float(full) < 0.9 * float(separate)


def test_the_fitted_spectrum_is_that_of_windowed_crops() -> None:
    """By a DFT written out: Σ w x e^{−2πi f·p}, window of mean square 1."""
    crops = coloured(4, 8)
    fitted = fit_wiener(crops.to(torch.float32))
    used = crops.to(torch.float32).to(torch.float64)
    mean = used.mean(dim=(0, 2, 3))
    places = torch.arange(8, dtype=torch.float64)
    hann = 0.5 - 0.5 * torch.cos(2 * math.pi * places / 8)
    window = hann[:, None] * hann[None, :]
    window = window / window.square().mean().sqrt()
    for u, v in [(0, 0), (1, 0), (2, 3), (7, 5)]:
        turns = (u * places[:, None] + v * places[None, :]) / 8
        wave = torch.exp(-2j * math.pi * turns)
        x = (((used - mean[:, None, None]) * window) * wave).sum(dim=(2, 3)) / 8
        expected = sum(torch.outer(row, row.conj()) for row in x) / len(x)
        torch.testing.assert_close(fitted.spectrum[u, v], expected)
    torch.testing.assert_close(fitted.mean, mean)


def test_the_spectrum_does_not_depend_on_the_chunks_it_is_made_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Between two chunks a signal can end the work."""
    sizes: list[int] = []
    fft = torch.fft.fft2

    def counted(x: torch.Tensor) -> torch.Tensor:
        sizes.append(len(x))
        spectrum: torch.Tensor = fft(x)
        return spectrum

    monkeypatch.setattr(torch.fft, "fft2", counted)
    crops = coloured(10, 8).to(torch.float32)
    sizes.clear()
    whole = fit_wiener(crops)
    monkeypatch.setattr("augscore.score.wiener.CHUNK", 3)
    parts = fit_wiener(crops)
    assert sizes == [10, 3, 3, 3, 1]
    torch.testing.assert_close(parts.spectrum, whole.spectrum, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(parts.mean, whole.mean, rtol=1e-12, atol=0)


def test_a_fitted_filter_comes_near_the_best_on_new_images() -> None:
    wiener = fit_wiener(coloured(1500, 32))
    images = coloured(300, 32)
    spectrum = spectrum_of(coloured(1500, 32))
    noise = torch.randn_like(images)
    mean = images.mean(dim=(0, 2, 3))
    centre = (..., slice(8, 24), slice(8, 24))
    best = (Wiener(spectrum, mean).denoise(images + SIGMA * noise, SIGMA) - images)[centre]
    found = (wiener.denoise(images + SIGMA * noise, SIGMA) - images)[centre]
    assert float(found.square().mean()) < 1.1 * float(best.square().mean())


def test_without_noise_nothing_is_filtered_and_with_much_the_mean_remains() -> None:
    images = coloured(200, SIDE)
    wiener = fit_wiener(images)
    torch.testing.assert_close(wiener.denoise(images[:3], 1e-6), images[:3], atol=1e-4, rtol=0)
    flat = wiener.mean[:, None, None].expand_as(images[0])
    torch.testing.assert_close(wiener.denoise(images[:1], 1e4)[0], flat, atol=1e-3, rtol=0)


def test_both_denoisers_are_judged_on_the_same_noise_in_the_centre() -> None:
    images = coloured(20, SIDE)
    noise = torch.randn_like(images)
    wiener = fit_wiener(coloured(200, SIDE))
    asked: list[torch.Tensor] = []

    def perfect_inside(noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        asked.append(torch.stack([noisy.mean(), sigma.mean()]))
        answer = torch.full_like(noisy, 9.0)
        answer[..., 4:12, 4:12] = images[..., 4:12, 4:12] + 0.25
        return answer

    rows = compare_with_wiener(perfect_inside, wiener, images, [0.05, 0.2], noise)
    assert [row.sigma for row in rows] == [0.05, 0.2]
    for row, seen in zip(rows, asked, strict=True):
        assert row.network == pytest.approx(0.0625)
        linear = wiener.denoise(images + row.sigma * noise, row.sigma) - images
        assert row.wiener == pytest.approx(float(linear[..., 4:12, 4:12].square().mean()))
        assert float(seen[0]) == pytest.approx(float((images + row.sigma * noise).mean()))
        assert float(seen[1]) == pytest.approx(row.sigma)
    assert ErrorRow(0.1, 3.0, 4.0).ratio == 0.75
