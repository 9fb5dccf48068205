"""kornia's augmentations: what becomes of their arguments, and whether pixels are the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kornia.augmentation as K
import pytest
import torch
from torch import nn

import augscore
from augscore import Policy
from augscore.engine.nodes import Foreign, Step
from augscore.engine.normalize import Normalize
from augscore.errors import UsageError

HALF = torch.tensor([0.5, 0.4, 0.3])


def is_foreign(policy: Policy) -> bool:
    return isinstance(policy.views[0].steps[0], Foreign)


@pytest.mark.parametrize("container", ["augmentation", "image", "torch"])
def test_a_sequence_comes_over(container: str) -> None:
    steps: list[Any] = [
        K.RandomHorizontalFlip(p=0.5),
        K.ColorJitter(0.4, (0.5, 1.2), 0.2, 0.1, p=0.8),
        K.RandomGrayscale(p=0.2),
        K.RandomGaussianBlur((7, 7), (0.1, 2.0), p=0.3),
        K.Normalize(HALF, HALF),
    ]
    containers: dict[str, Callable[[], Any]] = {
        "augmentation": lambda: K.AugmentationSequential(*steps, data_keys=["input"]),
        "image": lambda: K.ImageSequential(*steps),
        "torch": lambda: nn.Sequential(*steps),
    }
    policy = Policy.of(containers[container](), size=64)
    jitter = (
        ("brightness", (0.6, 1.4)),
        ("contrast", (0.5, 1.2)),
        ("saturation", (0.8, 1.2)),
        ("hue", (-0.1, 0.1)),
    )
    assert policy.views[0].steps == (
        Step("RandomHorizontalFlip", p=0.5),
        Step("ColorJitter", jitter, p=0.8),
        Step("RandomGrayscale", p=0.2),
        Step("GaussianBlur", (("kernel_size", 7), ("sigma", (0.1, 2.0))), p=0.3),
    )
    assert (policy.name, policy.size) == ("kornia", 64)
    assert policy.normalize == Normalize((0.5, 0.4, 0.3), (0.5, 0.4, 0.3))


FIXED: dict[str, tuple[nn.Module, float, float]] = {
    "flip": (K.RandomHorizontalFlip(p=1.0), 0.01, 0.01),
    "vertical flip": (K.RandomVerticalFlip(p=1.0), 0.01, 0.01),
    # The weights of grey differ in the fourth digit.
    "grey": (K.RandomGrayscale(p=1.0), 0.03, 0.05),
    "brightness": (K.ColorJitter((1.3, 1.3)), 0.01, 0.05),
    "contrast": (K.ColorJitter(0.0, (0.6, 0.6)), 0.01, 0.05),
    "saturation": (K.ColorJitter(0.0, 0.0, (1.5, 1.5)), 0.01, 0.05),
    "hue": (K.ColorJitter(0.0, 0.0, 0.0, (0.2, 0.2)), 0.01, 0.05),
    "blur": (K.RandomGaussianBlur((7, 7), (1.5, 1.5), p=1.0), 0.01, 0.05),
    "equalize": (K.RandomEqualize(p=1.0), 0.01, 0.05),
    "invert": (K.RandomInvert(p=1.0), 0.01, 0.01),
    "never": (K.RandomInvert(p=0.0), 0.0, 0.0),
}


@pytest.mark.parametrize("name", FIXED)
def test_pixels_are_kornias(name: str, floats40: torch.Tensor) -> None:
    module, mean, most = FIXED[name]
    policy = Policy.of(module, size=40)
    assert not is_foreign(policy)
    (views,), _ = augscore.augment(floats40, policy)
    away = (views - module(floats40)).abs() * 255
    assert float(away.mean()) <= mean
    assert float(away.max()) <= most


INEXACT: dict[str, nn.Module] = {
    "jiggle": K.ColorJiggle(0.1, 0.1, 0.1, 0.1),
    "affine": K.RandomAffine(10.0),
    "a fixed order": K.ColorJitter(0.1, 0.1, 0.1, 0.1, order=[0, 1, 2, 3]),
    "an oblong kernel": K.RandomGaussianBlur((3, 5), (0.1, 2.0)),
    "another border": K.RandomGaussianBlur((3, 3), (0.1, 2.0), border_type="replicate"),
    "other weights": K.RandomGrayscale(rgb_weights=torch.tensor([0.2, 0.3, 0.5])),
    "white of 2": K.RandomInvert(max_val=2.0),
    "a module of one's own": nn.Identity(),
    "sharpness": K.RandomSharpness(0.5),
}


@pytest.mark.parametrize("name", INEXACT)
def test_what_is_not_exact_runs_as_it_is(name: str) -> None:
    policy = Policy.of(nn.Sequential(K.RandomHorizontalFlip(), INEXACT[name]), size=40)
    assert is_foreign(policy)
    assert "runs as it is" in policy.notes[0]


def test_its_crop_is_an_approximation() -> None:
    crop = K.RandomResizedCrop((32, 32), scale=(0.2, 1.0))
    policy = Policy.of(crop)
    assert is_foreign(policy)
    assert policy.size == 32
    policy = Policy.of(crop, lossy=True)
    boxes = (("scale", (0.2, 1.0)), ("ratio", (3 / 4, 4 / 3)), ("interpolation", "bilinear"))
    assert policy.views[0].steps == (Step("RandomResizedCrop", boxes),)
    assert any("antialiased" in note for note in policy.notes)


def test_what_is_drawn_once_a_batch_is_told() -> None:
    same = K.RandomHorizontalFlip(same_on_batch=True)
    assert any("same_on_batch" in note for note in Policy.of(same, size=40).notes)
    gated = K.RandomGrayscale(p=0.5)
    gated.p_batch = 0.5
    policy = Policy.of(gated, size=40)
    assert policy.views[0].steps == (Step("RandomGrayscale", p=0.25),)
    assert any("p_batch" in note for note in policy.notes)
    chosen = K.ImageSequential(K.RandomHorizontalFlip(), K.RandomInvert(), random_apply=1)
    policy = Policy.of(chosen, size=40)
    assert is_foreign(policy)
    assert any("random_apply: every image" in note for note in policy.notes)


REFUSED: dict[str, tuple[Any, str]] = {
    "mix": (K.ImageSequential(K.RandomMixUpV2()), "mixes"),
    "cut": (nn.Sequential(K.RandomHorizontalFlip(), K.RandomMosaic((8, 8))), "mixes"),
    "masks": (
        K.AugmentationSequential(K.RandomHorizontalFlip(), data_keys=["input", "mask"]),
        "wants",
    ),
    "normalised for some": (K.ImageSequential(K.Normalize(HALF, HALF, p=0.5)), "undone"),
    "normalised by choice": (
        K.ImageSequential(K.Normalize(HALF, HALF), K.RandomInvert(), random_apply=1),
        "undone",
    ),
    "normalised twice": (
        K.ImageSequential(K.Normalize(HALF, HALF), K.Normalize(HALF, HALF)),
        "undone",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_run_alone_is_refused(name: str) -> None:
    pipeline, word = REFUSED[name]
    with pytest.raises(UsageError, match=word) as caught:
        Policy.of(pipeline, size=40)
    assert caught.value.code == "policy_value"


def test_a_policy_of_kornia_runs_image_by_image(floats40: torch.Tensor) -> None:
    policy = Policy.of(K.auto.RandAugment(2, 9), size=40)
    assert is_foreign(policy)
    (views,), draw = augscore.augment(floats40, policy)
    assert torch.equal(augscore.replay(floats40, draw)[0], views)
    chosen = {tuple(step["op"] for step in draw.describe(i, 0)["steps"]) for i in range(6)}
    assert len(chosen) > 1


def test_a_pipeline_on_another_device_is_refused() -> None:
    module = K.RandomHorizontalFlip()
    module.device = torch.device("meta")
    with pytest.raises(UsageError, match="is on meta"):
        Policy.of(module)


def test_normalising_is_undone(floats40: torch.Tensor) -> None:
    plain = K.RandomSharpness((0.0, 0.0), p=1.0)
    scaled = K.ImageSequential(plain, K.Normalize(HALF, torch.tensor([0.2, 0.3, 0.1])))
    (wanted,), _ = augscore.augment(floats40, Policy.of(plain, size=40))
    (views,), _ = augscore.augment(floats40, Policy.of(scaled, size=40))
    assert float((views - wanted).abs().max()) < 1e-6
