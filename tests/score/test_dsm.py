"""The loss against closed forms: ideal denoisers of Gaussians, mixtures and finite sets."""

from __future__ import annotations

import math

import pytest
import torch

from augscore.score import dsm
from augscore.score.denoiser import Denoiser
from augscore.score.dsm import SigmaLaw, loss, loss_weight

SIGMA_DATA = 0.25


def pixels(count: int, side: int, sd: float, mean: float = 0.45) -> torch.Tensor:
    return mean + sd * torch.randn(count, 3, side, side, dtype=torch.float64)


def level(sigma: float, count: int) -> torch.Tensor:
    return torch.full((count,), sigma, dtype=torch.float64)


@pytest.mark.parametrize("sigma", [0.005, 0.02, 0.1, 0.25, 0.6, 2.0])
def test_untrained_loss_is_1_at_every_sigma(fresh: Denoiser, sigma: float) -> None:
    clean = pixels(400, 16, SIGMA_DATA).to(torch.float32)
    noise = torch.randn_like(clean)
    losses = loss(fresh, clean, noise, torch.full((400,), sigma), SIGMA_DATA)
    assert losses.shape == (400,)
    assert float(losses.mean()) == pytest.approx(1, abs=0.02)


def test_untrained_loss_is_not_1_when_sigma_data_is_wrong(fresh: Denoiser) -> None:
    clean = pixels(400, 16, 0.1).to(torch.float32)
    noise = torch.randn_like(clean)
    losses = loss(fresh, clean, noise, torch.full((400,), 1.0), SIGMA_DATA)
    assert float(losses.mean()) < 0.4


@pytest.mark.parametrize("sigma", [0.005, 0.1, 2.0])
def test_weight_is_one_over_c_out_squared(sigma: float) -> None:
    c_out = sigma * SIGMA_DATA / math.sqrt(sigma**2 + SIGMA_DATA**2)
    weight = loss_weight(torch.tensor([sigma], dtype=torch.float64), SIGMA_DATA)
    assert float(weight) == pytest.approx(1 / c_out**2)


def test_loss_is_a_mean_over_pixels_and_not_over_images() -> None:
    clean, noise = pixels(3, 8, 0.2), torch.randn(3, 3, 8, 8, dtype=torch.float64)
    sigma = torch.tensor([0.1, 0.2, 0.4], dtype=torch.float64)
    losses = loss(lambda y, s: y, clean, noise, sigma, SIGMA_DATA)
    for i, s in enumerate(sigma.tolist()):
        error = sum((s * float(n)) ** 2 for n in noise[i].flatten()) / (3 * 64)
        expected = (s**2 + SIGMA_DATA**2) / (s * SIGMA_DATA) ** 2 * error
        assert float(losses[i]) == pytest.approx(expected)


def test_loss_is_score_matching_at_a_fixed_sigma() -> None:
    """|D − x|² = σ⁴ |score − target|² with target −noise/σ (Vincent 2011)."""
    clean, noise = pixels(5, 8, 0.2), torch.randn(5, 3, 8, 8, dtype=torch.float64)
    sigma = 0.3

    def denoise(y: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        return 0.4 + 0.6 * (y - 0.4)

    score = (denoise(clean + sigma * noise, level(sigma, 5)) - clean - sigma * noise) / sigma**2
    vincent = (score + noise / sigma).square().flatten(1).mean(dim=1)
    weight = (sigma**2 + SIGMA_DATA**2) / (sigma * SIGMA_DATA) ** 2
    losses = loss(denoise, clean, noise, level(sigma, 5), SIGMA_DATA)
    torch.testing.assert_close(losses, weight * sigma**4 * vincent)


@pytest.mark.parametrize("sigma", [0.05, 0.3])
def test_ideal_denoiser_of_gaussian_data_has_the_closed_form_error(sigma: float) -> None:
    """MSE = tr(σ² S (S + σ² I)⁻¹), for 12 correlated values as an image (3, 2, 2)."""
    root = torch.randn(12, 12, dtype=torch.float64) * 0.1
    covariance = root @ root.T
    gain = covariance @ torch.linalg.inv(covariance + sigma**2 * torch.eye(12, dtype=torch.float64))

    def ideal(y: torch.Tensor, s: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor((y.flatten(1) @ gain.T).reshape(y.shape))

    clean = (torch.randn(60_000, 12, dtype=torch.float64) @ root.T).reshape(-1, 3, 2, 2)
    losses = loss(ideal, clean, torch.randn_like(clean), level(sigma, len(clean)), SIGMA_DATA)
    weight = loss_weight(level(sigma, 1), SIGMA_DATA)
    expected = weight * torch.trace(sigma**2 * gain) / 12
    assert float(losses.mean()) == pytest.approx(float(expected), rel=0.02)
    worse = loss(
        lambda y, s: 0.9 * ideal(y, s),
        clean,
        torch.randn_like(clean),
        level(sigma, len(clean)),
        0.25,
    )
    assert float(worse.mean()) > float(losses.mean())


def test_score_of_a_mixture_is_the_gradient_of_its_log_density() -> None:
    sigma = 0.4
    weights = torch.tensor([0.3, 0.7], dtype=torch.float64)
    means = torch.randn(2, 4, dtype=torch.float64)
    roots = torch.randn(2, 4, 4, dtype=torch.float64)
    eye = torch.eye(4, dtype=torch.float64)
    covariances = roots @ roots.transpose(1, 2) + 0.1 * eye
    total = covariances + sigma**2 * eye

    def log_terms(y: torch.Tensor) -> torch.Tensor:
        distances = torch.stack(
            [
                ((y - means[k]) * torch.linalg.solve(total[k], (y - means[k]).T).T).sum(1)
                for k in (0, 1)
            ]
        )
        return weights.log()[:, None] - 0.5 * (distances + total.logdet()[:, None])

    y = torch.randn(6, 4, dtype=torch.float64, requires_grad=True)
    gradient = torch.autograd.grad(log_terms(y).logsumexp(dim=0).sum(), y)[0]
    share = log_terms(y.detach()).softmax(dim=0)
    denoised = sum(
        share[k, :, None]
        * (means[k] + (y.detach() - means[k]) @ torch.linalg.solve(total[k], covariances[k]))
        for k in range(2)
    )
    as_image = y.detach().reshape(6, 1, 2, 2)
    score = _score(lambda noisy, s: torch.as_tensor(denoised).reshape(6, 1, 2, 2), as_image, sigma)
    torch.testing.assert_close(score.reshape(6, 4), gradient)


def test_ideal_denoiser_of_a_finite_set_beats_its_neighbours() -> None:
    points = torch.rand(3, 3, 2, 2, dtype=torch.float64)
    sigma = 0.3
    clean = points.repeat(4000, 1, 1, 1)
    noise = torch.randn_like(clean)

    def posterior(y: torch.Tensor, width: float) -> torch.Tensor:
        distance = (y.flatten(1)[:, None] - points.flatten(1)[None]).square().sum(dim=2)
        share = torch.softmax(-distance / (2 * width**2), dim=1)
        return (share @ points.flatten(1)).reshape(y.shape)

    def mean_loss(width: float) -> float:
        levels = level(sigma, len(clean))
        return float(loss(lambda y, s: posterior(y, width), clean, noise, levels, 0.25).mean())

    ideal = mean_loss(sigma)
    assert ideal < min(mean_loss(0.8 * sigma), mean_loss(1.25 * sigma))
    assert mean_loss(1e-3) > ideal


def test_relative_entropy_is_the_integral_of_score_differences() -> None:
    """KL(N(0, a), N(0, b)) = ∫ σ E_p |score_p − score_q|² dσ, scores by Tweedie."""
    a, b = 0.04, 0.09
    log_sigmas = torch.linspace(math.log(1e-4), math.log(1e3), 4000, dtype=torch.float64)
    values = []
    for sigma in log_sigmas.exp().tolist():
        y = torch.tensor([1.0], dtype=torch.float64).reshape(1, 1, 1, 1)
        p = _score(lambda y, s: a / (a + sigma**2) * y, y, sigma)  # noqa: B023
        q = _score(lambda y, s: b / (b + sigma**2) * y, y, sigma)  # noqa: B023
        values.append(sigma**2 * (a + sigma**2) * float((p - q).square()))
    integral = float(torch.trapezoid(torch.tensor(values, dtype=torch.float64), log_sigmas))
    assert integral == pytest.approx(0.127687, abs=2e-5)
    assert integral == pytest.approx(0.5 * (a / b - 1 - math.log(a / b)), abs=2e-5)


def test_sigmas_are_log_normal_and_clipped() -> None:
    law = SigmaLaw()
    draws = law.draw(40_000, torch.Generator().manual_seed(0))
    inside = draws[(draws > law.lowest) & (draws < law.highest)].log()
    assert float(draws.min()) == pytest.approx(0.005)
    assert float(draws.max()) == pytest.approx(2.0)
    assert float(draws.median()) == pytest.approx(0.1, rel=0.03)
    middle = draws.log().quantile(torch.tensor([0.1587, 0.8413]))
    assert float(middle[1] - middle[0]) / 2 == pytest.approx(1.1, rel=0.03)
    assert len(inside) > 0.98 * len(draws)


def test_sigmas_come_from_the_generator_alone() -> None:
    state = torch.random.get_rng_state()
    one = SigmaLaw().draw(8, torch.Generator().manual_seed(5))
    two = SigmaLaw().draw(8, torch.Generator().manual_seed(5))
    assert torch.equal(one, two)
    assert torch.equal(torch.random.get_rng_state(), state)


def _score(denoise: dsm.Denoise, noisy: torch.Tensor, sigma: float) -> torch.Tensor:
    """The product's own `Denoiser.score`, with another denoiser inside."""

    class Ideal(Denoiser):
        def denoise(self, noisy: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
            return denoise(noisy, sigma)

    ideal = Ideal.__new__(Ideal)
    return ideal.score(noisy, level(sigma, len(noisy)))
