"""What the network sees: fixed chunks, the shared noise, working and coarse sizes."""

from __future__ import annotations

import math

import pytest
import torch

from augscore.images.resize import resize
from augscore.score.denoiser import Denoiser
from augscore.score.model import new_denoiser
from augscore.score.network import Architecture
from augscore.strength.sight import (
    Lens,
    chunk_size,
    coarser,
    in_chunks,
    look,
    score_norms,
    shared_noise,
)

LENS = Lens(48, 0.05, (0.02, 0.1, 0.3))
CPU = torch.device("cpu")


@pytest.fixture
def denoiser() -> Denoiser:
    network = new_denoiser(Architecture((8, 8, 8), 1, 8), 0.45, 0.25, 0)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.1 * torch.randn(p.shape, generator=generator))
    return network.eval().requires_grad_(False)


def test_results_do_not_depend_on_the_batch_or_the_place_in_it(denoiser: Denoiser) -> None:
    images = torch.rand(20, 3, 112, 112)
    sigma = torch.full((8,), 0.1)
    whole = in_chunks(lambda x: denoiser.score(x, sigma), images)
    for count in range(1, 21):
        rows = torch.randperm(20)[:count]
        found = in_chunks(lambda x: denoiser.score(x, sigma), images[rows])
        assert torch.equal(found, whole[rows])


@pytest.mark.parametrize("size", [41, 96])
def test_what_is_seen_of_an_image_depends_on_it_alone(denoiser: Denoiser, size: int) -> None:
    images = torch.rand(20, 3, size, size)
    norms, sight = score_norms(denoiser, images, LENS), look(denoiser, images, LENS)
    for count in (1, 7, 13):
        rows = torch.randperm(20)[:count]
        other = look(denoiser, images[rows], LENS)
        assert torch.equal(score_norms(denoiser, images[rows], LENS), norms[rows])
        assert torch.equal(other.features, sight.features[rows])
        assert torch.equal(other.errors, sight.errors[rows])


def test_the_function_sees_chunks_of_one_shape_only() -> None:
    seen: list[tuple[int, ...]] = []

    def function(chunk: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(chunk.shape))
        return chunk.mean(dim=(1, 2, 3))

    images = torch.rand(11, 3, 112, 112)
    found = in_chunks(function, images)
    torch.testing.assert_close(found, images.mean(dim=(1, 2, 3)))
    assert seen == [(8, 3, 112, 112), (8, 3, 112, 112)]
    assert chunk_size(images[:1]) == 8
    assert chunk_size(torch.rand(1, 3, 32, 32)) == 98
    assert chunk_size(torch.empty(1, 3, 2000, 2000)) == 1


def test_an_empty_batch_gives_an_empty_result_of_the_right_shape(denoiser: Denoiser) -> None:
    empty = torch.empty(0, 3, 48, 64)
    assert score_norms(denoiser, empty, LENS).shape == (0, 3)
    sight = look(denoiser, empty, LENS)
    assert sight.features.shape == (0, 8, 12, 16)
    assert sight.errors.shape == (0, 3, 48, 64)


def test_errors_are_the_scaled_difference_to_the_denoised_noisy_image(denoiser: Denoiser) -> None:
    """At the working size, of the same pass as the activations."""
    images = torch.rand(2, 3, 96, 80)
    lens = Lens(96, 0.05, (0.1,))
    noisy = images + 0.05 * shared_noise((96, 80), CPU)
    expected = (images - denoiser.denoise(noisy, torch.full((2,), 0.05))) / 0.05
    torch.testing.assert_close(look(denoiser, images, lens).errors, expected, atol=1e-4, rtol=1e-4)


def test_features_are_the_second_decoder_level_of_the_noisy_image(denoiser: Denoiser) -> None:
    images = torch.rand(2, 3, 48, 60)
    noisy = images + 0.05 * shared_noise((48, 60), CPU)
    _, expected = denoiser.looked(noisy, torch.full((2,), 0.05), 1)
    assert expected.shape == (2, 8, 12, 15)
    torch.testing.assert_close(
        look(denoiser, images, LENS).features, expected, atol=1e-4, rtol=1e-4
    )


def test_score_norm_is_the_root_mean_square_of_the_score_of_the_clean_image(
    denoiser: Denoiser,
) -> None:
    images = torch.rand(3, 3, 40, 40)
    found = score_norms(denoiser, images, LENS)
    for i in range(3):
        for level, sigma in enumerate((0.02, 0.1, 0.3)):
            score = denoiser.score(images[i : i + 1], torch.tensor([sigma])).double()
            expected = math.sqrt(float((score**2).mean()))
            assert float(found[i, level]) == pytest.approx(expected, rel=1e-4)
    chosen = score_norms(denoiser, images, LENS, [0.1])
    torch.testing.assert_close(chosen[:, 0], found[:, 1])


def test_only_larger_images_are_brought_to_the_working_size(denoiser: Denoiser) -> None:
    large = torch.rand(1, 3, 96, 144)
    shrunk = resize(large, 48, 72)
    assert torch.equal(look(denoiser, large, LENS).features, look(denoiser, shrunk, LENS).features)
    assert look(denoiser, large, LENS).errors.shape[-2:] == (48, 72)
    assert look(denoiser, torch.rand(1, 3, 33, 36), LENS).features.shape[-2:] == (8, 9)


def test_images_that_would_fall_under_32_px_stay_as_they_are() -> None:
    assert coarser(torch.rand(1, 3, 63, 200)).shape[-2:] == (63, 200)
    assert coarser(torch.rand(1, 3, 64, 65)).shape[-2:] == (32, 32)


def test_the_noise_is_one_standard_normal_field_a_size() -> None:
    field = shared_noise((64, 80), CPU)
    assert torch.equal(field, shared_noise((64, 80), CPU))
    assert float(field.mean()) == pytest.approx(0, abs=0.03)
    assert float(field.std()) == pytest.approx(1, abs=0.02)
    assert float((field[0] * field[1]).mean()) == pytest.approx(0, abs=0.05)
