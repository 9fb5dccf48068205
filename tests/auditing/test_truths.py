"""What is known of shipped policies, from the pixels to the findings.

A stand-in for the score reading, pixel RMS, is enough for faults that pixels show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import kornia.augmentation as kornia
import numpy as np
import pytest
import torch
from timm.data.auto_augment import rand_augment_transform

from augscore.auditing.finding import Finding
from augscore.auditing.findings.judge import judge
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import plan_audit
from augscore.auditing.run import probe_images
from augscore.auditing.terms import empty_table
from augscore.engine.nodes import Step
from augscore.engine.policy import Policy, View
from augscore.measuring.sources import memory_source
from augscore.strength.readings import Description
from augscore.strength.scorer import Scorer
from tests.conftest import draw_scene

SIZE, IMAGES = 40, 50


class PixelScorer:
    """Strength as pixel RMS."""

    def __init__(self) -> None:
        self.model = SimpleNamespace(sha256="", card=None)
        self.calibration = SimpleNamespace(lens=SimpleNamespace(working_size=64))
        self.device = torch.device("cpu")

    def describe(self, images: torch.Tensor) -> Description:
        return Description((images,), images[:, :1, :1, :1], images[:, :1, :1, :1])

    def compare(self, reference: Description, images: Description) -> torch.Tensor:
        return (
            (reference.feature_spreads[0] - images.feature_spreads[0])
            .square()
            .mean(dim=(1, 2, 3))
            .sqrt()
        )


def findings_of(policy: Any, levels: int = 5) -> Sequence[Finding]:
    images = torch.stack(
        [torch.from_numpy(np.array(draw_scene(SIZE, seed))).permute(2, 0, 1) for seed in range(50)]
    )
    options = AuditOptions(
        images=IMAGES, op_images=IMAGES, draws=2, levels=levels, size=SIZE, shifts=False, workers=0
    )
    plan = plan_audit(policy, memory_source(images), cast(Scorer, PixelScorer()), options)
    table = replace(empty_table(plan), records=probe_images(plan).records)
    return judge(table)[0]


def parts(findings: Sequence[Finding], code: str, level: str | None = None) -> set[str]:
    found = (f for f in findings if f.code == code and (level is None or f.level == level))
    return {(finding.part or "").split(" > ")[-1] for finding in found}


def test_randaugment_of_torchvision_is_clean_but_for_what_is_known() -> None:
    found = findings_of("randaugment(2,9)", levels=7)
    assert parts(found, "MAGNITUDE_FREE") == {"AutoContrast", "Equalize"}
    assert {f.level for f in found if f.code == "MAGNITUDE_FREE"} == {"info"}
    assert parts(found, "DEAD") == {"Posterize"}
    assert not parts(found, "REVERSED")
    assert not parts(found, "NON_MONOTONE")
    assert not parts(found, "P_MISMATCH")


def test_simclr_and_crop_and_flip_are_clean() -> None:
    for name in ("simclr-cifar", "pad-crop-flip"):
        assert not {f.code for f in findings_of(name) if f.level != "info"}


def test_the_identity_is_one_picture_and_nothing_else() -> None:
    assert {f.code for f in findings_of("identity") if f.level != "info"} == {
        "NEAR_IDENTICAL_VIEWS"
    }


def test_planted_steps_are_found() -> None:
    jpeg = Step("JPEG", (("quality", (60, 60)),), p=1.0)
    never = Step("RandomGrayscale", p=0.0)
    nothing = Step("ColorJitter", (), p=1.0)
    found = findings_of(Policy("planted", SIZE, (View((jpeg, never, nothing, jpeg)),)))
    assert parts(found, "P_ZERO") == {"RandomGrayscale"}
    assert parts(found, "DEAD") == {"ColorJitter"}
    assert parts(found, "REDUNDANT") == {"JPEG 2"}


@pytest.mark.slow
def test_randaugment_of_kornia_is_reversed_and_bent() -> None:
    found = findings_of(kornia.auto.RandAugment(n=2, m=10))
    assert parts(found, "REVERSED") == {"Solarize"}
    assert parts(found, "NON_MONOTONE") == {"Saturate", "Contrast", "Brightness", "Sharpness"}
    assert parts(found, "MAGNITUDE_FREE", "info") == {"AutoContrast", "Equalize", "Invert"}


@pytest.mark.slow
def test_trivialaugment_of_kornia_makes_black_views() -> None:
    found = findings_of(kornia.auto.TrivialAugment())
    assert "Posterize" in parts(found, "DESTRUCTIVE", "fail")


@pytest.mark.slow
def test_randaugment_of_timm_without_inc_is_reversed_and_bent() -> None:
    found = findings_of(rand_augment_transform("rand-m9-mstd0.5", {}))
    assert "Solarize" in parts(found, "REVERSED")
    assert {"Color", "Contrast", "Brightness", "Sharpness"} <= parts(found, "NON_MONOTONE")
