"""Features: in order, once each, in evaluation mode, with the network left as it was."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.errors import InputError
from augscore.evaluation import features as module
from augscore.evaluation.features import Preprocessing, evaluating, features_of, raw_pixels
from augscore.images.resize import bring_to_size

CPU = torch.device("cpu")
PLAIN = Normalize((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))


def images(count: int, side: int = 8, seed: int = 0) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return list(torch.randint(0, 256, (count, 3, side, side), generator=generator).to(torch.uint8))


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.mean(dim=(2, 3))


def test_the_input_is_brought_to_size_and_normalised() -> None:
    wide = torch.randint(0, 256, (3, 20, 31), generator=torch.Generator().manual_seed(1))
    image = wide.to(torch.uint8)
    normalize = NORMALIZATIONS["imagenet"]
    found = Preprocessing(10, normalize).of([image], CPU)
    pixels = bring_to_size(image, 10)
    for channel in range(3):
        expected = (pixels[channel] - normalize.mean[channel]) / normalize.std[channel]
        assert torch.allclose(found[0, channel], expected, atol=1e-6)


@pytest.mark.parametrize("count", [1, 5, 12, 13])
def test_a_row_an_image_in_order_whatever_the_batches(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MOST_ON_A_CPU", 4)
    calls: list[int] = []

    class Counting(Mean):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            calls.append(len(x))
            return super().forward(x)

    given = images(count)
    found = features_of(Counting(), iter(given), Preprocessing(8, PLAIN), CPU)
    expected = torch.stack([image.float().div(255).mean(dim=(1, 2)) for image in given])
    assert torch.allclose(found, expected, atol=1e-6)
    assert sum(calls) == count
    assert max(calls) <= 4


def test_images_of_mixed_sizes() -> None:
    mixed = [*images(2, 8), *images(2, 16, seed=1)]
    found = features_of(Mean(), mixed, Preprocessing(8, PLAIN), CPU)
    single = [features_of(Mean(), [one], Preprocessing(8, PLAIN), CPU) for one in mixed]
    assert torch.allclose(found, torch.cat(single), atol=1e-6)


def test_evaluation_mode_inside_and_each_module_as_it_was_after() -> None:
    network = nn.Sequential(nn.BatchNorm2d(3), nn.Dropout(0.5), Mean())
    network.train()
    network[1].eval()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    given = images(6)
    found = features_of(network, given, Preprocessing(8, PLAIN), CPU)
    alone = features_of(network, given[:1], Preprocessing(8, PLAIN), CPU)
    assert torch.allclose(found[:1], alone, atol=1e-6)
    assert [m.training for m in network.modules()] == [True, True, False, True]
    assert all(torch.equal(v, before[k]) for k, v in network.state_dict().items())


def test_the_modes_come_back_after_a_failure() -> None:
    network = nn.Sequential(nn.ReLU())

    def fail() -> None:
        with evaluating(network):
            assert not network[0].training
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert network[0].training


def test_what_is_through_is_told() -> None:
    heard: list[int] = []
    features_of(Mean(), images(5), Preprocessing(8, PLAIN), CPU, heard.append)
    assert heard[-1] == 5


def test_features_take_part_in_training_afterwards() -> None:
    found = features_of(Mean(), images(5), Preprocessing(8, PLAIN), CPU)
    layer = nn.Linear(3, 1)
    (gradient,) = torch.autograd.grad(layer(found).sum(), [layer.bias])
    assert float(gradient) == 5


def test_features_that_are_not_finite_are_refused() -> None:
    class Broken(Mean):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) / 0

    with pytest.raises(InputError, match="not finite") as caught:
        features_of(Broken(), images(2), Preprocessing(8, PLAIN), CPU)
    assert caught.value.code == "not_finite"


def test_raw_pixels_are_those_at_32() -> None:
    (image,) = images(1, side=32)
    assert torch.allclose(raw_pixels(image), image.flatten() / 255)
    assert raw_pixels(images(1, side=64)[0]).shape == (3072,)
