"""Pipelines that return another size than they should, or one image in several sizes."""

from __future__ import annotations

import random
from typing import Any

import albumentations as A
import kornia.augmentation as K
import numpy as np
import pytest
import torch
from PIL import ImageOps
from torchvision import transforms as v1
from torchvision.transforms import v2

from augscore.auditing.api import audit_images
from augscore.auditing.options import AuditOptions
from augscore.auditing.plan import AuditPlan, plan_audit
from augscore.auditing.run import probe_images
from augscore.auditing.table import Fault
from augscore.benching.pictures import telling_pictures
from augscore.engine.bring.randomness import unsigned
from augscore.engine.drawing.view import draw
from augscore.engine.foreign_draw import ForeignDraw
from augscore.measuring.sources import memory_source
from augscore.strength.scorer import Scorer

SIZE, IMAGES, DRAWS = 32, 16, 4


@pytest.fixture(scope="module")
def images() -> torch.Tensor:
    return telling_pictures(IMAGES, 40, 56)


def sometimes_lower(image: Any) -> Any:
    """3 px lower in one of four draws."""
    return image.crop((0, 0, image.width, image.height - 3)) if random.random() < 0.25 else image


def rarely_lower(image: Any) -> Any:
    return image.crop((0, 0, image.width, image.height - 3)) if random.random() < 0.06 else image


def inverted(image: Any) -> Any:
    return ImageOps.invert(sometimes_lower(image))


def plan_of(pipeline: Any, images: torch.Tensor, scorer: Scorer, batch: int = 8) -> AuditPlan:
    options = AuditOptions(
        images=IMAGES,
        op_images=2,
        draws=DRAWS,
        levels=3,
        shifts=False,
        size=SIZE,
        batch_size=batch,
        workers=0,
    )
    return plan_audit(pipeline, memory_source(images), scorer, options)


def faults_of(plan: AuditPlan) -> list[list[Fault | None]]:
    return [[view.fault for view in record.views] for record in probe_images(plan).records]


def odd_draws(pipeline: Any, images: torch.Tensor, scorer: Scorer) -> list[Fault]:
    found = faults_of(plan_of(pipeline, images, scorer))
    return [fault for faults in found for fault in faults if fault is not None]


PLANTED: dict[str, tuple[Any, str]] = {
    "behind a resize": (v1.Compose([v1.Resize((SIZE, SIZE)), sometimes_lower]), "sometimes_lower"),
    "behind our own crop": (
        v1.Compose([v1.RandomResizedCrop(SIZE), v1.Lambda(rarely_lower)]),
        "rarely_lower",
    ),
    "without a resize": (v1.Compose([v1.Lambda(sometimes_lower), v1.RandAugment()]), "sometimes"),
    "a function alone": (sometimes_lower, "sometimes_lower"),
    "a resize at some draws": (
        v1.Compose([v1.RandomApply([v1.Resize((SIZE, SIZE))], p=0.5), v1.RandAugment()]),
        "RandomApply",
    ),
    "a size that is drawn": (v2.Compose([v2.RandomResize(30, 50), v2.RandAugment()]), "RandomRes"),
    "albumentations": (A.Compose([A.Resize(40, 40), A.RandomScale(0.5, p=0.5)]), "RandomScale"),
    "expanding": (v1.Compose([v1.RandomRotation(45, expand=True)]), "RandomRotation"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_another_size_is_found(name: str, images: torch.Tensor, tiny_scorer: Scorer) -> None:
    pipeline, whose = PLANTED[name]
    plan = plan_of(pipeline, images, tiny_scorer)
    records = probe_images(plan).records
    faults = [view.fault for record in records for view in record.views if view.fault is not None]
    assert faults
    for fault in faults:
        assert fault.code == "op_shape"
        assert whose in fault.message
        assert "px" in fault.message
        assert "key=" in fault.detail
        assert fault.part is not None
    assert all(view.reading is not None for record in records for view in record.views)


LEGITIMATE: dict[str, Any] = {
    "a crop": v1.Compose([v1.RandomResizedCrop(SIZE), v1.RandAugment()]),
    "a crop of another size": v1.Compose([v1.RandomResizedCrop(24), v1.RandAugment()]),
    "pad and crop": v1.Compose([v1.Pad(4), v1.RandomCrop(SIZE), v1.RandAugment()]),
    "pad if needed": v1.Compose([v1.RandomCrop(48, pad_if_needed=True), v1.RandAugment()]),
    "the short side": v1.Compose([v1.Resize(SIZE), v1.RandAugment()]),
    "a drawn size, then a crop": v2.Compose(
        [v2.RandomResize(34, 50), v2.RandomCrop(SIZE), v2.RandAugment()]
    ),
    "a zoom at some draws": v2.Compose(
        [v2.RandomZoomOut(p=0.3), v2.Resize((SIZE, SIZE)), v2.RandomPhotometricDistort()]
    ),
    "a rare size, then a resize": v1.Compose(
        [v1.Lambda(rarely_lower), v1.Resize((SIZE, SIZE)), v1.RandAugment()]
    ),
    "no size at all": v1.Compose([v1.RandomRotation(10), v1.Lambda(lambda image: image)]),
    "albumentations": A.Compose(
        [A.RandomScale((-0.4, -0.1), p=0.5), A.PadIfNeeded(56, 56), A.GaussNoise(p=1)]
    ),
    "a quarter turn": A.Compose([A.RandomRotate90(), A.RandomSizedCrop((20, 40), (SIZE, SIZE))]),
    "a crop that is drawn": A.Compose([A.RandomCropFromBorders(), A.Resize(SIZE, SIZE)]),
    "kornia": K.ImageSequential(
        K.RandomResizedCrop((SIZE, SIZE)), K.RandomCrop((24, 24)), K.RandomSharpness()
    ),
}


@pytest.mark.parametrize("name", LEGITIMATE)
def test_sizes_that_a_batch_can_be_made_of_are_no_fault(
    name: str, images: torch.Tensor, tiny_scorer: Scorer
) -> None:
    assert odd_draws(LEGITIMATE[name], images, tiny_scorer) == []


def test_draws_that_differ_are_told_against_the_commonest_size(
    images: torch.Tensor, tiny_scorer: Scorer
) -> None:
    sizes: list[tuple[int, int]] = []

    def counted(image: Any) -> Any:
        image = sometimes_lower(image.resize((SIZE, SIZE)))
        sizes.append(image.size)
        return image

    plan = plan_of(v1.Compose([v1.Lambda(counted)]), images, tiny_scorer)
    found = faults_of(plan)
    assert {height for _, height in sizes} == {SIZE, SIZE - 3}
    for faults in found:
        told = {fault.message for fault in faults if fault is not None}
        assert len(told) <= 1
        assert sum(fault is not None for fault in faults) <= DRAWS / 2
        usual = f"and {SIZE} x {SIZE} px" if "29 x 32 px, and" in str(told) else "and 29 x 32 px"
        assert all(usual in message for message in told)
    alone = faults_of(plan_of(v1.Compose([v1.Lambda(counted)]), images, tiny_scorer, batch=1))
    assert alone == found


def test_it_is_a_finding_and_the_audit_goes_on(images: torch.Tensor, tiny_scorer: Scorer) -> None:
    plan = plan_of(v1.Compose([v1.RandomResizedCrop(SIZE), inverted]), images, tiny_scorer)
    found = audit_images(plan).audit
    (finding,) = [f for f in found.findings if f.code == "RAISES"]
    assert finding.level == "fail"
    assert finding.part == "inverted"
    assert "returns another shape" in finding.statement
    assert "29 x 32 px for an image of 32 x 32 px" in finding.statement
    assert "key=" in finding.statement
    drawn = draw(plan.policy, [*range(IMAGES)], [(40, 56)] * IMAGES, seed=0, views=DRAWS, size=SIZE)
    steps = [view.steps[1] for view in drawn.views]
    keys = [int(k) for step in steps if isinstance(step, ForeignDraw) for k in step.keys]
    lower = [key for key in keys if random.Random(unsigned(key)).random() < 0.25]
    assert finding.value == pytest.approx(len(lower) / len(keys))
    assert found.policy.strength is not None
    assert found.policy.strength.n == IMAGES


def test_two_pipelines_may_have_two_sizes(images: torch.Tensor, tiny_scorer: Scorer) -> None:
    large, small = (
        v1.Compose([v1.RandomResizedCrop(side), v1.RandAugment()]) for side in (SIZE, 16)
    )
    assert odd_draws([large, small], images, tiny_scorer) == []
    odd = v1.Compose([v1.Resize((16, 16)), v1.Lambda(sometimes_lower)])
    faults = faults_of(plan_of([large, odd], images, tiny_scorer))
    assert not any(fault for one in faults for fault in one[::2])
    assert any(fault for one in faults for fault in one[1::2])


def test_arrays_of_another_size_are_found(images: torch.Tensor, tiny_scorer: Scorer) -> None:
    def lower(image: Any, **_: Any) -> Any:
        return np.ascontiguousarray(image[:-2]) if random.random() < 0.05 else image

    pipeline = A.Compose([A.Resize(SIZE, SIZE), A.Lambda(image=lower, name="lower", p=1)])
    faults = odd_draws(pipeline, images, tiny_scorer)
    assert faults
    assert all("30 x 32 px" in fault.message for fault in faults)
