"""What the plain network promises: zero at first, one result an image, sizes of its activations."""

from __future__ import annotations

import pytest
import torch

from augscore.score.denoiser import Denoiser
from augscore.score.network import Architecture, Network, ResidualBlock, _fourier


def test_a_fresh_network_answers_zero_and_its_blocks_are_identities(fresh: Denoiser) -> None:
    image, level = torch.rand(2, 3, 32, 32), torch.tensor([-0.5, 0.1])
    answer, activations = fresh.network(image, level), fresh.network.activations(image, level)
    assert torch.equal(answer, torch.zeros(2, 3, 32, 32))
    assert all(float(a.abs().max()) > 0 for a in activations)
    block = ResidualBlock(8, 4)
    x = torch.randn(2, 8, 6, 6)
    assert torch.equal(block(x, torch.randn(2, 4)), x)


@pytest.mark.parametrize("widths", [(8,), (8, 12), (8, 12, 16), (4, 8, 8, 8)])
def test_activations_halve_from_level_to_level(widths: tuple[int, ...]) -> None:
    network = Network(Architecture(widths, 1, 8))
    assert network.architecture.side_multiple == 2 ** len(widths)
    image, level = torch.rand(1, 3, 32, 48), torch.tensor([-0.5])
    activations = network.activations(image, level)
    expected = [(w, 32 >> k, 48 >> k) for k, w in enumerate(widths, start=1)]
    assert [tuple(a.shape[1:]) for a in activations] == expected


def test_an_image_does_not_depend_on_the_others(denoiser: Denoiser) -> None:
    images, levels = torch.rand(4, 3, 32, 32), torch.tensor([-1.2, -0.5, -0.1, 0.2])
    together = denoiser.network(images, levels)
    changed = images.clone()
    changed[1:] = 0
    alone = denoiser.network(changed, levels)
    assert torch.equal(together[0], alone[0])


def test_trained_weights_of_every_layer_reach_the_answer() -> None:
    """No parameter is dead: each gets a gradient once the zeros are gone."""
    network = Network(Architecture((4, 4, 4), 2, 4))
    with torch.no_grad():
        for p in network.parameters():
            p.add_(0.1 * torch.randn(p.shape))
    answer = network(torch.rand(2, 3, 16, 16), torch.tensor([-0.5, 0.0]))
    answer.square().sum().backward()
    dead = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert dead == []


def test_fine_detail_takes_the_short_way_and_far_pixels_the_long_one() -> None:
    torch.manual_seed(1)
    network = Network(Architecture((8, 8, 8), 1, 8)).requires_grad_(False)
    for p in network.parameters():
        p.add_(0.1 * torch.randn(p.shape))
    image, level = torch.rand(1, 3, 64, 64), torch.tensor([-0.5])
    changed = image.clone()
    changed[..., :2, :2] += 1

    def moved() -> torch.Tensor:
        difference: torch.Tensor = network(changed, level) - network(image, level)
        return difference.abs()[0].amax(dim=0)

    assert float(moved()[:8, :8].max()) > 1e-3
    assert float(moved()[24:, 24:].max()) > 0
    for up in network.ups:
        up.weight.zero_()  # type: ignore[operator]
    assert float(moved()[:8, :8].max()) > 1e-3
    assert float(moved()[24:, 24:].max()) == 0


def test_levels_of_noise_are_told_apart_at_many_scales() -> None:
    features = _fourier(torch.linspace(-1.5, 0.5, 64))
    assert features.shape == (64, 32)
    assert int(torch.linalg.matrix_rank(features.double(), rtol=1e-4)) >= 8


def test_the_default_network_fits_the_files_limit() -> None:
    weights = sum(p.numel() for p in Network(Architecture()).parameters())
    assert 4 * weights < 3_900_000
