"""The table of sweeps knows every operation; an image's views differ by the magnitude alone."""

from __future__ import annotations

import itertools

import pytest
import torch

from augscore.engine.augment import augment
from augscore.engine.draw import Draw
from augscore.engine.nodes import Step
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.studies.figures.sweep import Sweep
from augscore.studies.figures.sweeps import (
    SWEEPS,
    WITHOUT,
    case_name,
    find_sweeps,
    first_sweep,
    sweep_name,
    sweeps_of,
)

SIDE = 48


def _images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(3)
    coarse = torch.rand(4, 3, 8, 8, generator=generator)
    return torch.nn.functional.interpolate(coarse, size=(SIDE, SIDE), mode="bilinear")


def _applied(step: Step, images: torch.Tensor) -> tuple[torch.Tensor, Draw]:
    (view,), draw = augment(images, Policy("one", SIDE, (View((step,)),)), size=SIDE)
    return view, draw


def _drawn(sweep: Sweep, value: float, name: str) -> list[int]:
    """A magnitude of the images, as it is drawn at one value of the sweep."""
    _, draw = _applied(sweep.step(value, SIDE), _images())
    ((step,),) = [view.steps for view in draw.views]
    return [int(v) for v in dict(step.magnitudes)[name]]  # type: ignore[union-attr]


def test_every_operation_with_a_magnitude_is_turned_or_told_why_not() -> None:
    with_magnitude = {op.name for op in OPS.values() if op.magnitudes}
    assert {sweep.op for sweep in SWEEPS} | set(WITHOUT) == with_magnitude
    assert not {sweep.op for sweep in SWEEPS} & set(WITHOUT)


def test_every_knob_of_a_turned_operation_is_turned() -> None:
    turned = {sweep.name for sweep in SWEEPS}
    ops = [op for op in OPS.values() if op.knobs and op.name not in WITHOUT]
    assert turned == {f"{op.name}.{knob.argument}" for op in ops for knob in op.knobs}


@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda sweep: sweep.name)
def test_the_farthest_value_changes_more_than_the_weakest(sweep: Sweep) -> None:
    images = _images()
    for direction in sweep.directions:
        near, *_, far = sweep.outwards(direction, SIDE, 11)
        moved = [
            float((_applied(sweep.step(value, SIDE), images)[0] - images).abs().mean())
            for value in (near, far)
        ]
        assert moved[1] > moved[0] + 0.002


@pytest.mark.parametrize("name", ["RandomErasing.scale", "Cutout.length"])
def test_boxes_are_nested(name: str) -> None:
    sweep = first_sweep(name)
    images = torch.ones(4, 3, SIDE, SIDE)
    erased = [
        _applied(sweep.step(v, SIDE), images)[0] == 0 for v in sweep.outwards("above", SIDE, 11)
    ]
    for smaller, larger in itertools.pairwise(erased):
        assert bool((smaller <= larger).all())
    assert int(erased[-1].sum()) > int(erased[1].sum()) > 0


def test_crops_are_nested() -> None:
    sweep = first_sweep("RandomResizedCrop.scale")
    values = sweep.outwards("below", SIDE, 11)
    tops = [_drawn(sweep, value, "top") for value in values]
    heights = [_drawn(sweep, value, "height") for value in values]
    ends = [[t + h for t, h in zip(*rows, strict=True)] for rows in zip(tops, heights, strict=True)]
    for k in range(1, len(values)):
        assert all(now >= before for now, before in zip(tops[k], tops[k - 1], strict=True))
        assert all(now <= before for now, before in zip(ends[k], ends[k - 1], strict=True))
    assert len({tuple(row) for row in heights}) == len(values)


@pytest.mark.parametrize("name", ["GaussianNoise", "ShotNoise", "ImpulseNoise", "ElasticTransform"])
def test_a_field_is_the_same_at_every_value(name: str) -> None:
    sweep = first_sweep(name)
    (direction,) = sweep.directions
    keys = [_drawn(sweep, value, "key") for value in sweep.outwards(direction, SIDE, 4)]
    assert keys[1:] == keys[:-1]
    assert len(set(keys[0])) == 4


def test_noise_is_scaled() -> None:
    """Where it is not clamped: twice the sd, twice the difference."""
    images = torch.full((2, 3, SIDE, SIDE), 0.5)
    sweep = first_sweep("GaussianNoise")
    small, large = (_applied(sweep.step(sd, SIDE), images)[0] - images for sd in (0.03, 0.06))
    assert torch.allclose(large, 2 * small, atol=1e-6)


def test_color_jitter_is_the_four_that_are_turned_instead() -> None:
    images = _images()
    for single, argument, value in (
        ("Brightness.factor", "brightness", 0.4),
        ("Contrast.factor", "contrast", 1.7),
        ("Saturation.factor", "saturation", 0.2),
        ("Hue.turns", "hue", 0.3),
    ):
        jitter = Step("ColorJitter", ((argument, (value, value)),))
        alone = first_sweep(single).step(value, SIDE)
        assert torch.allclose(_applied(jitter, images)[0], _applied(alone, images)[0], atol=1e-6)


def test_names_find_sweeps_in_the_order_of_the_table() -> None:
    assert find_sweeps(()) == SWEEPS
    found = find_sweeps(("JPEG", "RandomAffine.scale", "Rotate"))
    assert [sweep.name for sweep in found] == [
        "Rotate.degrees",
        "RandomAffine.scale",
        "JPEG.quality",
    ]
    assert len(find_sweeps(("RandomAffine", "RandomAffine.scale"))) == 4
    assert first_sweep("Translate").argument == "dx"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Rotat", "policy_unknown_op"),
        ("RandomAffine.scales", "policy_unknown_arg"),
        ("RandomInvert", "usage"),
        ("ColorJitter", "usage"),
    ],
)
def test_other_names_are_refused(name: str, code: str) -> None:
    with pytest.raises(UsageError) as refused:
        find_sweeps((name,))
    assert refused.value.code == code


def test_names_tell_arguments_only_where_there_are_several() -> None:
    (rotate,) = sweeps_of("Rotate")
    assert sweep_name(rotate) == "Rotate"
    assert case_name(rotate, "below") == "Rotate −"
    assert case_name(first_sweep("RandomAffine.scale"), "above") == "RandomAffine.scale +"
    assert case_name(first_sweep("JPEG"), "below") == "JPEG"
