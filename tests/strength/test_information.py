"""The information-estimation metric: for Gaussian data it is the Mahalanobis distance."""

from __future__ import annotations

import math

import pytest
import torch

from augscore.strength.information import SIGMAS, Denoise, information_distance

VARIANCES = torch.tensor([0.001, 0.01, 0.05, 0.2, 0.5, 1.0], dtype=torch.float64)
WIDE = tuple(float(s) for s in torch.logspace(-3, 2, 16, dtype=torch.float64))


def ideal() -> tuple[Denoise, torch.Tensor]:
    """The best denoiser of a correlated Gaussian in six dimensions, and its covariance."""
    basis, _ = torch.linalg.qr(torch.randn(6, 6, dtype=torch.float64))
    covariance = basis @ torch.diag(VARIANCES) @ basis.T
    eye = torch.eye(6, dtype=torch.float64)

    def denoise(y: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        gain = covariance @ torch.linalg.inv(covariance + float(sigma[0]) ** 2 * eye)
        return torch.as_tensor(y @ gain.T)

    return denoise, covariance


def pairs() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    a, b, noise = torch.randn(3, 4, 6, dtype=torch.float64)
    return a, b, noise[:1]


def test_for_gaussian_data_it_is_the_mahalanobis_distance() -> None:
    denoise, covariance = ideal()
    a, b, noise = pairs()
    found = information_distance(denoise, a, b, noise, WIDE)
    for i in range(4):
        d = a[i] - b[i]
        expected = math.sqrt(float(d @ torch.linalg.inv(covariance) @ d) / 6)
        assert float(found[i]) == pytest.approx(expected, rel=2e-3)


def test_a_narrow_range_loses_a_little() -> None:
    """Cut to [0.01, 3], the square loses 7 % at these variances; never gains."""
    denoise, _ = ideal()
    a, b, noise = pairs()
    cut = tuple(float(s) for s in torch.logspace(-2, math.log10(3), 24, dtype=torch.float64))
    ratio = information_distance(denoise, a, b, noise, cut) / information_distance(
        denoise, a, b, noise, WIDE
    )
    assert bool(((ratio > 0.85) & (ratio < 1)).all())


def test_it_is_zero_for_equal_images_symmetric_and_obeys_the_triangle() -> None:
    denoise, _ = ideal()
    a, b, noise = pairs()
    c = torch.randn_like(a)
    assert torch.equal(information_distance(denoise, a, a, noise), torch.zeros(4).double())
    there = information_distance(denoise, a, b, noise)
    assert torch.equal(there, information_distance(denoise, b, a, noise))
    by_c = information_distance(denoise, a, c, noise) + information_distance(denoise, c, b, noise)
    assert bool((there <= by_c + 1e-9).all())


def test_both_members_get_the_same_noise_at_each_sigma() -> None:
    asked: list[tuple[float, torch.Tensor]] = []

    def denoise(y: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        asked.append((float(sigma[0]), y))
        return y

    a, b, noise = pairs()
    information_distance(denoise, a, b, noise, (0.1, 0.2))
    assert [sigma for sigma, _ in asked] == [0.1, 0.1, 0.2, 0.2]
    torch.testing.assert_close(asked[2][1] - asked[3][1], a - b)
    torch.testing.assert_close(asked[2][1], a + 0.2 * noise)


def test_the_default_levels_ascend_within_the_trained_range() -> None:
    assert list(SIGMAS) == sorted(SIGMAS)
    assert SIGMAS[0] == pytest.approx(0.02)
    assert SIGMAS[-1] == pytest.approx(0.5)
