"""Shot and impulse noise, by the probabilities that they promise."""

from __future__ import annotations

import pytest
import torch

from augscore import keys
from augscore.engine.ops import noise
from augscore.engine.ops.record import Function

KEY = torch.tensor([-(2**62) + 5])
SHAPE = (3, 64, 64)


@pytest.mark.parametrize("photons", [1.0, 3.0, 25.0, 80.0])
def test_shot_noise_inverts_the_poisson_distribution(photons: float) -> None:
    images = torch.linspace(0, 1, 3 * 64 * 64).view(1, *SHAPE)
    counts = noise._poisson(images[0] * photons, keys.uniform_field(int(KEY), SHAPE), photons)
    exact, u = counts.double(), keys.uniform_field(int(KEY), SHAPE).double()
    means = images[0].double() * photons
    below = torch.special.gammaincc(exact.clamp(min=1), means) * (exact > 0)
    upto = torch.special.gammaincc(exact + 1, means)
    assert (below <= u + 2e-5).all()
    assert (u <= upto + 2e-5).all()
    noisy = noise.shot_noise(images, torch.tensor([photons]), KEY)
    assert torch.allclose(noisy[0], (counts / photons).clamp(max=1))


@pytest.mark.parametrize("photons", [3.0, 60.0])
def test_shot_noise_has_the_mean_and_variance_of_counts(photons: float) -> None:
    grey = torch.full((1, 3, 128, 128), 0.4)
    noisy = noise.shot_noise(grey * 0.5, torch.tensor([photons]), KEY)
    assert noisy.mean().item() == pytest.approx(0.2, rel=0.02)
    if photons == 60.0:
        assert noisy.var().item() == pytest.approx(0.2 / photons, rel=0.03)


def test_shot_noise_of_the_last_uniform_is_no_outlier() -> None:
    last = torch.full((8,), 1 - 2.0**-24)
    means = torch.linspace(10, 80, 8)
    counts = noise._poisson(means, last, 80.0)
    assert (counts <= means + 6 * means.sqrt()).all()


def test_impulses_are_the_share_asked_for_half_of_it_black(floats40: torch.Tensor) -> None:
    images = 0.2 + 0.5 * floats40[:2]
    amounts = torch.tensor([0.1, 0.6], dtype=torch.float64)
    noisy = noise.impulse_noise(images, amounts, torch.tensor([4, -9]))
    for image, before, amount in zip(noisy, images, amounts.tolist(), strict=True):
        assert (image == 0).float().mean().item() == pytest.approx(amount / 2, abs=0.02)
        assert (image == 1).float().mean().item() == pytest.approx(amount / 2, abs=0.02)
        kept = (image != 0) & (image != 1)
        assert torch.equal(image[kept], before[kept])
    everything = noise.impulse_noise(images, torch.ones(2), torch.tensor([4, -9]))
    assert ((everything == 0) | (everything == 1)).all()


@pytest.mark.parametrize("function", [noise.shot_noise, noise.impulse_noise])
def test_noise_is_that_of_its_key(floats40: torch.Tensor, function: Function) -> None:
    magnitudes, field_keys = torch.full((6,), 1.0), torch.tensor([1, 1, 2, 3, 4, 5])
    same = floats40[:1].expand(6, -1, -1, -1)
    noisy = function(same, magnitudes, field_keys)
    assert torch.equal(noisy[0], noisy[1])
    assert not torch.equal(noisy[1], noisy[2])
