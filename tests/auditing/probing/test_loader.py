"""Policies in a real DataLoader: who repeats draws, who does not, and what cannot be told."""

from __future__ import annotations

import os
import random
import threading
import time
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import Image
from torchvision import transforms as v1
from torchvision.transforms import v2

from augscore import Policy
from augscore.auditing.probing import loader
from augscore.auditing.probing.loader import Trial, loader_facts
from augscore.auditing.probing.ranges import out_of_range
from augscore.auditing.table import LoaderFacts
from augscore.benching.pictures import telling_pictures
from augscore.engine.policies import inspect_policy


@pytest.fixture
def image() -> torch.Tensor:
    """(3, 40, 40) uint8."""
    return telling_pictures(1, 40, 40)[0]


def facts(pipeline: Any, image: torch.Tensor, **options: Any) -> LoaderFacts:
    found, why = loader_facts(inspect_policy(pipeline), image, seed=5, trial=Trial(**options))
    assert found is not None, why
    assert why == ""
    return found


class OwnGenerator:
    """Draws from numbers that it started when it was made."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)

    def __call__(self, image: Image.Image) -> Image.Image:
        return image.rotate(float(self.rng.random()) * 90)


class OwnNoise(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rng = np.random.default_rng(0)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return image * float(self.rng.random())


def from_global_generators(image: Image.Image) -> Image.Image:
    return image.rotate(90 * (random.random() + np.random.rand() + float(torch.rand(()))))


@pytest.mark.parametrize("seed", [None, 137])
def test_albumentations_repeats_itself(seed: int | None, image: torch.Tensor) -> None:
    compose = A.Compose([A.RandomResizedCrop((32, 32)), A.ColorJitter(p=1)], seed=seed)
    assert facts(compose, image) == LoaderFacts(2, 2, 64, 16, 64, True)
    three = facts(compose, image, epochs=3, samples=32)
    assert (three.samples, three.distinct, three.distinct_without_workers) == (96, 16, 96)


def test_albumentations_that_is_converted_repeats_itself_as_well(image: torch.Tensor) -> None:
    compose = A.Compose([A.HorizontalFlip(), A.ColorJitter(0.4, 0.4, 0.4, 0.1, p=1)])
    found = inspect_policy(compose)
    assert all(step.run is None for step in found.policy.views[0].steps if hasattr(step, "run"))
    assert facts(compose, image).distinct == 16


def test_a_generator_of_ones_own_repeats_itself(image: torch.Tensor) -> None:
    seen = facts(OwnGenerator(), image)
    assert seen.distinct <= 16
    assert seen.distinct_without_workers > 40
    assert seen.workers_coincide


@pytest.mark.parametrize(
    "pipeline",
    [
        v1.Compose([v1.RandomResizedCrop(24), v1.ColorJitter(0.4), v1.ToTensor()]),
        v2.Compose([v2.RandomResizedCrop(24), v2.RandomPhotometricDistort(p=1.0)]),
        v1.Compose([v1.ToTensor(), v1.Normalize([0.1] * 3, [0.1] * 3), v1.RandomErasing(1.0)]),
        K.ImageSequential(K.RandomGaussianNoise(p=1.0)),
        from_global_generators,
    ],
    ids=["torchvision 1", "torchvision 2", "normalised", "kornia", "global generators"],
)
def test_those_who_draw_from_the_workers_do_not(pipeline: Any, image: torch.Tensor) -> None:
    seen = facts(pipeline, image)
    assert seen.distinct >= 62
    assert seen.distinct_without_workers >= 62
    assert not seen.workers_coincide


def test_few_possible_views_are_no_repetition(image: torch.Tensor) -> None:
    seen = facts(v1.RandomHorizontalFlip(), image)
    assert (seen.distinct, seen.distinct_without_workers) == (2, 2)
    assert not seen.workers_coincide
    fixed = facts(v1.RandomInvert(1.0), image)
    assert (fixed.distinct, fixed.distinct_without_workers, fixed.workers_coincide) == (1, 1, True)


def test_ours_runs_in_collate(image: torch.Tensor) -> None:
    assert facts("simclr", image) == LoaderFacts(2, 2, 64, 64, 64, False)


@pytest.mark.parametrize("form", ["torchvision", "kornia"])
def test_what_others_hide_is_told_alone(form: str, image: torch.Tensor) -> None:
    hidden = {
        "torchvision": v1.Compose([v1.RandomResizedCrop(32), OwnGenerator(), v1.ToTensor()]),
        "kornia": torch.nn.Sequential(K.RandomGaussianNoise(std=0.1, p=1.0), OwnNoise()),
    }[form]
    seen = facts(hidden, image)
    assert seen.op == ("OwnGenerator" if form == "torchvision" else "OwnNoise")
    assert seen.distinct <= 16
    assert seen.workers_coincide
    sound = v1.Compose([v1.RandomResizedCrop(32), v1.Lambda(from_global_generators)])
    assert facts(sound, image).distinct >= 62


def test_of_several_pipelines_the_worst_is_told(image: torch.Tensor) -> None:
    good = v1.Compose([v1.RandomResizedCrop(32), v1.ColorJitter(0.4)])
    bad = A.Compose([A.RandomResizedCrop((32, 32)), A.ColorJitter(p=1)])
    assert facts([good, bad, good], image).distinct == 16


def test_what_cannot_be_copied_runs_itself(image: torch.Tensor) -> None:
    class Locked:
        def __init__(self) -> None:
            self.lock = threading.Lock()

        def __call__(self, image: Image.Image) -> Image.Image:
            return image.rotate(90 * random.random())

    seen = facts(Locked(), image)
    assert seen.distinct > 55
    assert not seen.workers_coincide
    assert out_of_range(inspect_policy(Locked()), [image], seed=0) == ()


def test_equal_seeds_give_equal_facts(image: torch.Tensor) -> None:
    compose = A.Compose([A.OneOf([A.HorizontalFlip(p=1), A.VerticalFlip(p=1)], p=0.7)])
    first, _ = loader_facts(inspect_policy(compose), image, seed=5)
    np.random.rand(), random.random(), torch.rand(1)
    second, _ = loader_facts(inspect_policy(compose), image, seed=5)
    assert first == second


def test_nothing_of_the_users_moves(image: torch.Tensor) -> None:
    own = OwnGenerator()
    compose = A.Compose([A.GaussNoise(p=1)], seed=3)
    inside = compose.transforms[0].random_generator.bit_generator.state
    held = own.rng.bit_generator.state
    before = random.getstate(), str(np.random.get_state()), torch.get_rng_state()
    kept = image.clone()
    for pipeline in (own, compose, from_global_generators):
        facts(pipeline, image, samples=8)
    assert own.rng.bit_generator.state == held
    assert compose.transforms[0].random_generator.bit_generator.state == inside
    assert random.getstate() == before[0]
    assert str(np.random.get_state()) == before[1]
    assert torch.equal(torch.get_rng_state(), before[2])
    assert torch.equal(image, kept)


def _why(pipeline: Any, image: torch.Tensor) -> str:
    found, why = loader_facts(inspect_policy(pipeline), image, seed=5)
    assert found is None
    return why


def test_a_pipeline_that_breaks_is_not_measured(
    image: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(image: Any) -> Any:
        raise ValueError("no such luck")

    def dies(image: Any) -> Any:
        os._exit(1)

    assert _why(raising, image).endswith("ValueError: no such luck")
    assert "returned a int" in _why(lambda image: 3, image)
    assert "did not run in a DataLoader" in _why(dies, image)
    monkeypatch.setattr(loader, "_MOST_SECONDS", 0.5)
    began = time.monotonic()
    assert "DataLoader" in _why(lambda image: time.sleep(600), image)
    assert time.monotonic() - began < 120


def test_a_pipeline_that_breaks_now_and_then_is_measured(image: torch.Tensor) -> None:
    def fragile(image: Image.Image) -> Image.Image:
        if random.random() < 0.1:
            raise ValueError("no such luck")
        return image.rotate(90 * random.random())

    seen = facts(fragile, image)
    assert 45 < seen.distinct < 64
    assert not seen.workers_coincide


def test_workers_that_start_anew_want_to_unpickle(
    image: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "_context", lambda: "spawn")
    assert "pickle" in _why(lambda image: image, image).lower()


@pytest.mark.slow
def test_workers_that_start_anew(image: torch.Tensor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_context", lambda: "spawn")
    monkeypatch.setattr(loader, "_MOST_SECONDS", 200.0)
    compose = A.Compose([A.RandomResizedCrop((32, 32)), A.ColorJitter(p=1)])
    seen = facts(compose, image, epochs=1, samples=16)
    assert seen == LoaderFacts(2, 1, 16, 8, 16, True)


def test_without_a_live_object_the_policy_is_tried(image: torch.Tensor) -> None:
    brought = Policy.of(v1.Compose([v1.RandomHorizontalFlip(), v1.ColorJitter(0.4)]), size=32)
    assert facts(brought, image).distinct == 64
