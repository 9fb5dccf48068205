"""Preconditioning, the score, and cutting back to the image."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.score.denoiser import Denoiser, scalings
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture

SIZES = [(16, 16), (33, 47), (32, 32), (112, 112), (224, 224), (57, 40), (48, 131)]


@given(
    st.floats(1e-3, 10).map(lambda s: round(s, 6)),
    st.floats(0.01, 2).map(lambda s: round(s, 6)),
)
def test_scalings_are_those_of_edm(sigma: float, sigma_data: float) -> None:
    c = scalings(torch.tensor([sigma], dtype=torch.float64), sigma_data)
    root = math.sqrt(sigma**2 + sigma_data**2)
    assert float(c.skip) == pytest.approx(sigma_data**2 / (sigma**2 + sigma_data**2))
    assert float(c.out) == pytest.approx(sigma * sigma_data / root)
    assert float(c.into) == pytest.approx(1 / root)
    assert float(c.noise) == pytest.approx(math.log(sigma) / 4)


def test_a_fresh_denoiser_is_the_linear_one_around_the_mean(fresh: Denoiser) -> None:
    noisy = torch.rand(2, 3, 32, 32)
    sigma = torch.tensor([0.05, 0.7])
    expected = torch.stack(
        [0.45 + 0.25**2 / (s**2 + 0.25**2) * (y - 0.45) for s, y in zip(sigma, noisy, strict=True)]
    )
    torch.testing.assert_close(fresh.denoise(noisy, sigma), expected)


def test_the_network_sees_unit_variance_and_its_answer_is_scaled_by_c_out(
    denoiser: Denoiser,
) -> None:
    noisy, sigma = torch.rand(2, 3, 32, 32), torch.tensor([0.1, 0.4])
    c = scalings(sigma, 0.25)
    answer = denoiser.network(c.into * (noisy - 0.45), sigma.log() / 4)
    expected = 0.45 + c.skip * (noisy - 0.45) + c.out * answer
    assert float(answer.abs().max()) > 0.01
    torch.testing.assert_close(denoiser(noisy, sigma), expected)


def test_score_is_the_denoising_difference_over_the_variance(denoiser: Denoiser) -> None:
    noisy, sigma = torch.rand(3, 3, 40, 33), torch.tensor([0.02, 0.1, 0.5])
    denoised = denoiser.denoise(noisy, sigma)
    for i, s in enumerate(sigma.tolist()):
        expected = (denoised[i] - noisy[i]) / s**2
        torch.testing.assert_close(denoiser.score(noisy, sigma)[i], expected)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_what_it_sees_is_cut_back_to_the_image(denoiser: Denoiser, height: int, width: int) -> None:
    image, sigma = torch.rand(1, 3, height, width), torch.tensor([0.1])
    assert denoiser.denoise(image, sigma).shape == (1, 3, height, width)
    shapes = [tuple(denoiser.looked(image, sigma, level)[1].shape[-2:]) for level in range(3)]
    assert shapes == [(height // 2**k, width // 2**k) for k in (1, 2, 3)]


@pytest.mark.parametrize(("height", "width"), [(33, 47), (57, 40)])
def test_surroundings_are_reflections_and_results_stay_in_place(
    denoiser: Denoiser, height: int, width: int
) -> None:
    """Against padding by index, with room on all sides up to the next multiples of 8."""
    image, sigma = torch.rand(1, 3, height, width), torch.tensor([0.1])

    def mirrored(side: int, total: int) -> list[int]:
        inside = [abs(i) for i in range(-8, total - 8)]
        return [i if i < side else 2 * (side - 1) - i for i in inside]

    rows = mirrored(height, -(-(height + 16) // 8) * 8)
    columns = mirrored(width, -(-(width + 16) // 8) * 8)
    surrounded = image[:, :, rows][:, :, :, columns]
    denoised = denoiser.denoise(image, sigma)
    whole = denoiser(surrounded, sigma)
    torch.testing.assert_close(denoised, whole[..., 8 : 8 + height, 8 : 8 + width])
    c = scalings(sigma, 0.25)
    seen = denoiser.network.activations(c.into * (surrounded - 0.45), c.noise)
    for k, full in enumerate(seen, start=1):
        again, cut = denoiser.looked(image, sigma, k - 1)
        torch.testing.assert_close(again, denoised)
        top = 8 // 2**k
        down, across = height // 2**k, width // 2**k
        torch.testing.assert_close(cut, full[..., top : top + down, top : top + across])


def test_flat_images_have_no_border_effect_at_the_start(fresh: Denoiser) -> None:
    denoised = fresh.denoise(torch.full((1, 3, 37, 50), 0.8), torch.tensor([0.2]))
    torch.testing.assert_close(denoised, denoised[..., :1, :1].expand_as(denoised))


def test_every_pixel_matters(denoiser: Denoiser) -> None:
    image, sigma = torch.rand(1, 3, 33, 47), torch.tensor([0.1])
    before = denoiser.denoise(image, sigma)
    for y, x in [(0, 0), (32, 46), (0, 46), (16, 20)]:
        changed = image.clone()
        changed[..., y, x] += 0.1
        assert not torch.equal(denoiser.denoise(changed, sigma), before)


def test_the_noise_level_changes_what_the_network_answers(denoiser: Denoiser) -> None:
    image = torch.rand(1, 3, 32, 32)
    one = denoiser.network(image, torch.tensor([-0.6]))
    other = denoiser.network(image, torch.tensor([-0.3]))
    assert float((one - other).abs().max()) > 1e-4


@settings(max_examples=10, deadline=None)
@given(st.integers(16, 70), st.integers(16, 70))
def test_any_size_from_16_px_is_taken(height: int, width: int) -> None:
    small = new_denoiser(Architecture((4, 4, 4), 1, 4), 0.5, 0.25, 0)
    denoised = small.denoise(torch.rand(1, 3, height, width), torch.tensor([0.1]))
    assert denoised.shape == (1, 3, height, width)
    assert bool(torch.isfinite(denoised).all())
