"""Faults that shipped policies are known to have, found on real pictures by the bundled model."""

from __future__ import annotations

import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.auditing.api import audit_images
from augscore.auditing.audit import Audit
from augscore.auditing.findings.evidence import FEWEST_IMAGES
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import plan_audit
from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.measuring.sources import memory_source
from augscore.strength import sight
from augscore.strength.scorer import load_scorer

pytestmark = pytest.mark.slow

SIDE, EACH = 32, 5


@pytest.fixture(autouse=True)
def _nothing_to_pad(monkeypatch: pytest.MonkeyPatch) -> None:
    """The network sees the images at once, and no others."""
    monkeypatch.setattr(sight, "_CHUNK_PIXELS_CPU", FEWEST_IMAGES * SIDE * SIDE)


@pytest.fixture(scope="module")
def crops() -> torch.Tensor:
    """(60, 3, 32, 32) uint8: pieces of the sample pictures, at a quarter of their size."""
    random = np.random.default_rng(0)
    found = []
    folder = files("augscore_assets") / "samples"
    for path in sorted(Path(str(folder)).glob("*.[jp][pn]g")):
        with Image.open(path) as opened:
            picture = opened.convert("RGB").reduce(4)
        for _ in range(EACH):
            left = int(random.integers(0, picture.width - SIDE + 1))
            top = int(random.integers(0, picture.height - SIDE + 1))
            piece = picture.crop((left, top, left + SIDE, top + SIDE))
            found.append(torch.from_numpy(np.array(piece)).movedim(-1, 0))
    return torch.stack(found)


def audited(policy: Any, crops: torch.Tensor, levels: int = 5) -> Audit:
    """Of the fewest images that verdicts are given of."""
    options = AuditOptions(
        images=FEWEST_IMAGES,
        op_images=FEWEST_IMAGES,
        draws=2,
        levels=levels,
        shifts=False,
        size=SIDE,
        workers=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plan = plan_audit(policy, memory_source(crops), load_scorer(None, "cpu"), options)
        return audit_images(plan).audit


def ops_with(audit: Audit, code: str) -> set[str]:
    """The operations that have a finding, by their last names."""
    paths = (finding.part for finding in audit.findings if finding.code == code)
    return {path.rpartition(" > ")[2] for path in paths if path is not None}


def codes(audit: Audit) -> set[str]:
    return {finding.code for finding in audit.findings}


def test_the_identity_reads_nothing(crops: torch.Tensor) -> None:
    audit = audited("identity", crops)
    assert audit.policy.strength is not None
    assert audit.policy.strength.value == 0
    assert audit.policy.unchanged_share is not None
    assert audit.policy.unchanged_share.value == 1
    assert codes(audit) <= {"NEAR_IDENTICAL_VIEWS"}


def test_torchvision_rand_augment_has_operations_without_a_magnitude(crops: torch.Tensor) -> None:
    from torchvision import transforms as T

    audit = audited(T.Compose([T.RandAugment(2, 9), T.ToTensor()]), crops)
    assert {"AutoContrast", "Equalize"} <= ops_with(audit, "MAGNITUDE_FREE")
    assert {"AutoContrast", "Equalize"} <= ops_with(audit, "NOT_IDENTITY_AT_ZERO")
    assert "Posterize" in ops_with(audit, "DEAD")
    assert not ops_with(audit, "REVERSED")
    assert not ops_with(audit, "NON_MONOTONE")


def test_kornia_rand_augment_is_reversed_and_v_shaped(crops: torch.Tensor) -> None:
    from kornia.augmentation.auto import RandAugment

    audit = audited(RandAugment(n=2, m=9), crops)
    assert ops_with(audit, "REVERSED") == {"Solarize"}
    colours = {"Brightness", "Contrast", "Saturate", "Sharpness"}
    assert colours <= ops_with(audit, "NON_MONOTONE")
    assert {"AutoContrast", "Equalize", "Invert"} <= ops_with(audit, "MAGNITUDE_FREE")
    assert audit.status == "fail"


def test_kornia_trivial_augment_makes_black_views(crops: torch.Tensor) -> None:
    from kornia.augmentation.auto import TrivialAugment

    audit = audited(TrivialAugment(), crops, levels=3)
    assert "Posterize" in ops_with(audit, "DESTRUCTIVE")


def test_albumentations_repeats_draws_and_drops_arguments(crops: torch.Tensor) -> None:
    import albumentations as A

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline = A.Compose([A.GaussNoise(var_limit=(1, 2), p=1.0), A.RandomBrightnessContrast()])
    audit = audited(pipeline, crops)
    assert ops_with(audit, "ARG_IGNORED") == {"GaussNoise"} or "ARG_IGNORED" in codes(audit)
    assert "REPEATED_DRAWS" in codes(audit)


def test_planted_faults_are_found(crops: torch.Tensor) -> None:
    never = Step("RandomSolarize", (("threshold", 0.4),), p=0.0)
    twice = Step("RandomPosterize", (("bits", 3),), p=1.0)
    audit = audited(Policy("planted", SIDE, (View((never, twice, twice)),)), crops)
    assert ops_with(audit, "P_ZERO") == {"RandomSolarize"}
    assert ops_with(audit, "REDUNDANT") & {"RandomPosterize", "RandomPosterize 2"}


def test_an_operation_after_normalize_is_found(crops: torch.Tensor) -> None:
    import kornia.augmentation as K

    mean, std = torch.tensor([0.5, 0.5, 0.5]), torch.tensor([0.25, 0.25, 0.25])
    pipeline = torch.nn.Sequential(
        K.RandomHorizontalFlip(p=0.5), K.Normalize(mean, std), K.ColorJitter(0.4, 0.4, p=1.0)
    )
    audit = audited(pipeline, crops)
    assert "OUT_OF_RANGE" in codes(audit)
