"""Metrics of others read more for more, nothing for nothing, and say what they need."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import numpy as np
import piq
import pytest
import torch
from scipy import ndimage

from augscore.errors import HostError, UsageError
from augscore.studies.agreement.public_metrics import METRICS, load_metrics, package_version
from tests.studies.agreement.folders import waves

CPU = torch.device("cpu")
WITHOUT_WEIGHTS = ("haarpsi", "mdsi", "fsim", "vsi", "gmsd")


def eight_bits(image: torch.Tensor) -> torch.Tensor:
    return (image * 255).round().to(torch.uint8)


def noisy(image: torch.Tensor, sd: float) -> torch.Tensor:
    noise = torch.randn(image.shape, generator=torch.Generator().manual_seed(1))
    return eight_bits((image + sd * noise).clamp(0, 1))


@pytest.mark.parametrize("name", WITHOUT_WEIGHTS)
@pytest.mark.parametrize("shape", [(32, 32), (49, 66)])
def test_more_noise_reads_as_more_and_none_as_nothing(name: str, shape: tuple[int, int]) -> None:
    (metric,) = load_metrics([name], CPU)
    image = waves(*shape, 3)
    changed = torch.stack([noisy(image, sd) for sd in (0, 0.01, 0.03, 0.1, 0.3)])
    read = metric.look(eight_bits(image)[None])
    values = read([0] * len(changed), changed).tolist()
    assert values[0] == pytest.approx(0, abs=1e-5)
    assert values == sorted(values)
    assert values[1] > values[0]


def test_gmsd_is_the_spread_of_similar_gradients() -> None:
    """Xue et al. 2014, equations 1 to 6, in float64 by scipy; c = 0.0026 for values in [0, 1]."""
    a = waves(48, 48, 1)
    b = (a + 0.05 * waves(48, 48, 2)).clamp(0, 1)

    def magnitude(image: torch.Tensor) -> Any:
        luma = np.tensordot([0.299, 0.587, 0.114], image.double().numpy(), 1)
        halved = luma.reshape(24, 2, 24, 2).mean(axis=(1, 3))
        sides = [ndimage.prewitt(halved, axis, mode="constant") / 3 for axis in (0, 1)]
        return np.hypot(*sides)

    first, second = magnitude(a), magnitude(b)
    c = 170 / 255**2
    similar = (2 * first * second + c) / (first**2 + second**2 + c)
    (metric,) = load_metrics(["gmsd"], CPU)
    assert metric.look(a[None])([0], b[None]).item() == pytest.approx(similar.std(), rel=2e-2)


def test_pictures_are_read_pair_by_pair_whatever_beside_them() -> None:
    (metric,) = load_metrics(["vsi"], CPU)
    references = torch.stack([eight_bits(waves(32, 32, k)) for k in range(2)])
    images = torch.stack([noisy(waves(32, 32, k), 0.1) for k in range(2)])
    read = metric.look(references)
    together = read([0, 1], images)
    alone = torch.cat([read([1], images[1:]), read([0], images[:1])]).flip(0)
    assert torch.equal(together, alone)


def test_values_a_little_outside_are_let_in_and_black_is_black() -> None:
    (metric,) = load_metrics(["haarpsi"], CPU)
    black = torch.zeros(1, 3, 32, 32)
    assert metric.look(black)([0], black - 1e-6).item() == 0


def test_a_name_is_known_or_refused_and_asked_for_once() -> None:
    assert load_metrics([], CPU) == ()
    assert [m.name for m in load_metrics(["gmsd", "gmsd", "mdsi"], CPU)] == ["GMSD", "MDSI"]
    with pytest.raises(UsageError, match=r"no metric is named 'haarpi'\. Did you mean haarpsi"):
        load_metrics(["haarpi"], CPU)
    assert package_version() == f"piq {piq.__version__}"


def test_without_the_package_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "piq", None)
    with pytest.raises(HostError, match="needs the package piq") as caught:
        load_metrics(["gmsd"], CPU)
    assert caught.value.code == "library_missing"
    assert "augscore[metrics]" in caught.value.hint


@pytest.mark.parametrize("name", ["lpips", "dists"])
def test_weights_that_cannot_be_had_are_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*args: object, **kwargs: object) -> None:
        raise URLError("no route")

    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", unreachable)
    with pytest.raises(
        HostError, match=f"weights of {name.upper()} cannot be downloaded"
    ) as caught:
        load_metrics([name], CPU)
    assert caught.value.code == "download_failed"
    assert "leave" in caught.value.hint


def test_a_learned_distance_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Learned(torch.nn.Module):
        def __init__(self, reduction: str) -> None:
            super().__init__()
            assert reduction == "none"

        def forward(self, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
            return (a - b).abs().mean(dim=(1, 2, 3))

    monkeypatch.setitem(sys.modules, "piq", SimpleNamespace(LPIPS=Learned))
    (metric,) = load_metrics(["lpips"], CPU)
    white = torch.ones(1, 3, 32, 32)
    assert metric.look(white)([0, 0], torch.cat([white, white / 4])).tolist() == [0, 0.75]


def test_every_metric_has_one_name() -> None:
    assert len({m.option for m in METRICS}) == len({m.shown for m in METRICS}) == 7
