"""A policy taken apart: every drawn step has its part, and declared chances are those drawn."""

from __future__ import annotations

import pytest
from torchvision.transforms import v2

from augscore.auditing.anatomy.parts import pipeline_of, places_of, probes_of
from augscore.auditing.anatomy.shaping import nothing_by_design
from augscore.auditing.probing.levels import turned
from augscore.engine.bring.stages import staged
from augscore.engine.drawing.view import draw
from augscore.engine.nodes import OneOf, RandomApply, RandomOrder, Step
from augscore.engine.policy import Policy, View
from augscore.engine.presets import PRESETS, preset

IMAGES = 4000
FLIP, GREY = Step("RandomHorizontalFlip", p=0.3), Step("RandomGrayscale", p=0.6)
BLUR = Step("GaussianBlur", (("sigma", (0.1, 2.0)),), p=0.5)
NESTED = Policy(
    "nested",
    32,
    (
        View(
            (
                RandomApply((FLIP, BLUR), 0.5),
                OneOf((GREY, FLIP, RandomApply((BLUR, FLIP), 0.4)), (1.0, 2.0, 1.0), 0.8),
                RandomOrder((FLIP, GREY, BLUR)),
                FLIP,
            )
        ),
    ),
)


def _policies() -> list[Policy]:
    return [NESTED, *(preset(name) for name in PRESETS)]


@pytest.mark.parametrize("policy", _policies(), ids=lambda policy: policy.name)
def test_every_drawn_step_belongs_to_a_part_of_its_chance(policy: Policy) -> None:
    probes = probes_of(policy, 5)
    assert len({probe.part.path for probe in probes}) == len(probes)
    ids = list(range(IMAGES))
    drawn = draw(policy, ids, [(48, 40)] * IMAGES, size=32, seed=5)
    for number, view in enumerate(drawn.views):
        pipeline = pipeline_of(policy, number)
        places = places_of(view.steps, probes, pipeline)
        assert None not in places
        for place, probe in enumerate(probes):
            if probe.part.view != pipeline or probe.part.chance is None:
                continue
            hit = [False] * IMAGES
            for step, other in zip(view.steps, places, strict=True):
                if other == place:
                    hit = [a or bool(b) for a, b in zip(hit, step.applied, strict=True)]
            chance = probe.part.chance
            spread = (chance * (1 - chance) / IMAGES) ** 0.5
            assert abs(sum(hit) / IMAGES - chance) <= 4.5 * spread, probe.part.path


def test_equal_pipelines_count_once_and_others_are_named() -> None:
    assert {probe.part.view for probe in probes_of(preset("simclr"), 5)} == {0}
    byol = probes_of(preset("byol"), 5)
    assert {probe.part.view for probe in byol} == {0, 1}
    assert all(p.part.path.startswith("view 2 > ") for p in byol if p.part.view == 1)


def test_what_does_nothing_by_design_says_so() -> None:
    keeps = Policy("keeps", 32, (View((Step("RandomPosterize", (("bits", 8),), p=1.0),)),))
    (probe,) = probes_of(keeps, 5)
    assert "8 bits" in probe.part.neutral
    low = {p.part.op: p.part.neutral for p in probes_of(preset("randaugment(2,2)"), 5)}
    assert "8 bits" in low["Posterize"]
    assert not low["Solarize"]


def test_what_only_brings_images_to_a_size_or_a_type_says_so() -> None:
    pipeline = v2.Compose([v2.Resize((32, 32)), v2.RandomHorizontalFlip(), v2.RandomPosterize(4)])
    neutral = {p.part.op: p.part.neutral for p in probes_of(staged(Policy.of(pipeline)), 5)}
    assert neutral["Resize"] == "it brings images to a size or a type"
    assert not neutral["RandomHorizontalFlip"]


@pytest.mark.parametrize(
    ("name", "neutral"),
    [
        ("ToTensorV2", True),
        ("NoOp", True),
        ("RandomResizedCrop", False),
        ("Resize, CenterCrop", True),
        ("Resize, RandomCrop", False),
    ],
)
def test_shaping_transforms_are_known_by_their_names(name: str, neutral: bool) -> None:
    assert bool(nothing_by_design(name)) == neutral


@pytest.mark.parametrize("policy", _policies(), ids=lambda policy: policy.name)
def test_every_level_of_every_operation_can_be_drawn(policy: Policy) -> None:
    for probe in probes_of(policy, 5):
        for axis in probe.part.axes:
            for level in axis.levels:
                alone = Policy("alone", 32, (View((turned(probe, axis.name, level),)),))
                draw(alone, [0], [(32, 32)], size=32, seed=0)


@pytest.mark.parametrize(
    ("policy", "farthest"),
    [
        # Of 9 in the paper's table: Contrast 6 and 7 at most, Brightness 9, Solarize 8.
        ("autoaugment-cifar10", {"Contrast": 23, "Brightness": 30, "Solarize": 27, "Invert": 30}),
        # Severity 3 of 10; what has no magnitude is turned all the way to show so.
        ("augmix", {"Posterize": 9, "Rotate": 9, "Equalize": 30}),
    ],
)
def test_a_row_is_turned_no_farther_than_its_container_draws_it(
    policy: str, farthest: dict[str, float]
) -> None:
    parts = {probe.part.op: probe.part for probe in probes_of(preset(policy), 5)}
    for op, level in farthest.items():
        assert parts[op].axes[0].levels[0] == 0
        assert parts[op].axes[0].levels[-1] == level
