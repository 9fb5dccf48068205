"""Arguments that make an operation stronger: they exist, and they do."""

from __future__ import annotations

import pytest
import torch

from augscore.auditing.anatomy.axes import axes_of_step, turned_row
from augscore.engine.augment import augment
from augscore.engine.level_tables import AUG_MIX
from augscore.engine.nodes import Step
from augscore.engine.ops.record import Knob, Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.engine.turned import turned_step

KNOBS = [(op, knob) for op in OPS.values() for knob in op.knobs]
# Magnitudes that no knob turns: places, orders, fields, which channel.
FREE = {
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "RandomGrayscale",
    "RandomChannelPermutation",
    "RandomChannelDrop",
    "RandomInvert",
    "RandomEqualize",
    "RandomAutocontrast",
}
FAR = {
    "RandomCrop": 16,
    "Cutout": 24,
    "Translate": 12.0,
    "GaussianNoise": 0.2,
    "RandomPerspective": 0.8,
    "RandomSolarize": 0.2,
    "ElasticTransform": 60.0,
    "MotionBlur": 9.0,
    "RandomErasing": 0.3,
}
NAMES = [f"{op.name}.{knob.argument}" for op, knob in KNOBS]


def _images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(6, 3, 8, 8, generator=generator)
    return torch.nn.functional.interpolate(coarse, size=(64, 64), mode="bilinear")


def _rms(step: Step) -> torch.Tensor:
    images = _images()
    (view,), _ = augment(images, Policy("one", 64, (View((step,)),)), size=64)
    return (view - images).square().flatten(1).mean(1).sqrt()


def _far(op: Op, knob: Knob) -> float:
    """Well away from the weakest value, to the side that it leaves room for."""
    if op.name in FAR:
        return float(FAR[op.name])
    sides = {1.0: 0.5, 100.0: 8.0, 80.0: 4.0, 8.0: 3.0}
    small = {"hue": 0.3, "turns": 0.3, "slope": 0.3, "fraction": 0.3, "sigma": 3.0, "amount": 0.3}
    return small.get(knob.argument, sides.get(knob.weakest, 30.0))


def test_every_operation_with_a_magnitude_has_a_knob() -> None:
    assert {op.name for op in OPS.values() if not op.knobs} == FREE


@pytest.mark.parametrize(("op", "knob"), KNOBS, ids=NAMES)
def test_a_knob_turns_its_operation(op: Op, knob: Knob) -> None:
    step = Step(op.name)
    weakest = _rms(turned_step(step, knob.argument, knob.weakest))
    near = _rms(turned_step(step, knob.argument, (2 * knob.weakest + _far(op, knob)) / 3))
    far = _rms(turned_step(step, knob.argument, _far(op, knob)))
    if knob.is_neutral:
        assert float(weakest.max()) < 1e-5
    assert float(far.mean()) > 1.2 * float(near.mean()) or op.name == "RandomCrop"
    assert float(far.mean()) > float(weakest.mean()) + 0.001


def test_axes_reach_from_the_weakest_to_the_policys_ends() -> None:
    step = Step("ColorJitter", (("brightness", (0.6, 1.8)), ("hue", (0.0, 0.1))))
    brightness, hue = axes_of_step(step, 7)
    assert brightness.levels[0] == 0.6
    assert brightness.levels[-1] == 1.8
    assert 1.0 in brightness.levels
    assert hue.levels[0] == 0.0
    assert hue.levels[-1] == 0.1
    assert len(hue.levels) == 7


def test_a_fixed_value_is_marked_and_whole_numbers_stay_whole() -> None:
    (axis,) = axes_of_step(Step("RandomPosterize", (("bits", 4),)), 7)
    assert axis.set_to == 4.0
    assert axis.levels == (8.0, 7.0, 6.0, 5.0, 4.0)


def test_augmix_solarizes_nothing_at_level_zero() -> None:
    row = next(row for row in AUG_MIX if row.op == "Solarize")
    white = torch.ones(1, 3, 32, 32)
    for level, inverted in ((0.0, False), (1.0, True)):
        alone = Policy("one", 32, (View((turned_row(row, level),)),))
        (view,), _ = augment(white, alone, size=32)
        assert torch.equal(view, white) is not inverted
