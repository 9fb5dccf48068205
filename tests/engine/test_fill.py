"""What stands where an image has nothing, against torchvision: a grey level, or a colour."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import InterpolationMode

from augscore.engine.augment import augment
from augscore.engine.nodes import Step, Value
from augscore.engine.ops import affine, elastic, geometry, perspective, shift
from augscore.engine.ops.fill import Fill
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View

FILLS: list[Fill] = [0.0, 0.4, 1.0, (0.9, 0.5, 0.1)]
every_fill = pytest.mark.parametrize("fill", FILLS, ids=str)
FILLED = [name for name, op in OPS.items() if "fill" in op.options]
ROOM = 40
NEAREST, BILINEAR = InterpolationMode.NEAREST, InterpolationMode.BILINEAR


def column(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), value, dtype=torch.float64)


def as_torchvision(fill: Fill) -> Any:
    return list(fill) if isinstance(fill, tuple) else fill


def assert_alike(ours: torch.Tensor, theirs: torch.Tensor, mode: str) -> None:
    """As in the parity without a fill: a tie of two pixels may go either way by nearest."""
    apart = (ours - theirs).abs()
    if mode == "nearest":
        assert (apart > 1e-6).any(1).float().mean().item() <= 1e-3
    else:
        assert apart.mean().item() <= 0.01 / 255
        assert apart.max().item() <= 1 / 255


def in_a_wide_frame(images: torch.Tensor, fill: Fill) -> torch.Tensor:
    """torchvision blends a given fill into the frame twice; images that are wide enough have no
    frame, and what comes in is the padding."""
    padded: torch.Tensor = tv.pad(images, [ROOM] * 4, fill=as_torchvision(fill))
    return padded


def without_frame(images: torch.Tensor) -> torch.Tensor:
    return images[..., ROOM:-ROOM, ROOM:-ROOM]


@every_fill
@pytest.mark.parametrize("degrees", [-120.0, 30.0])
def test_rotate(floats40: torch.Tensor, degrees: float, fill: Fill) -> None:
    nearest = affine.rotate(floats40, column(degrees, floats40), "nearest", fill)
    theirs = tv.rotate(floats40, degrees, NEAREST, fill=as_torchvision(fill))
    assert_alike(nearest, theirs, "nearest")
    bilinear = affine.rotate(floats40, column(degrees, floats40), "bilinear", fill)
    wide = without_frame(tv.rotate(in_a_wide_frame(floats40, fill), degrees, BILINEAR))
    assert_alike(bilinear, wide, "bilinear")


@every_fill
@pytest.mark.parametrize("mode", ["nearest", "bilinear"])
def test_affine(floats40: torch.Tensor, fill: Fill, mode: str) -> None:
    numbers = (-33.0, -4, 6, 1.2, 15.0, 7.0)
    columns = [column(number, floats40) for number in numbers]
    ours = affine.RANDOM_AFFINE.torch_function(floats40, *columns, mode, fill)
    angle, dx, dy, scale, *lean = numbers
    theirs = tv.affine(
        in_a_wide_frame(floats40, fill),
        angle,
        [int(dx), int(dy)],
        scale,
        list(lean),
        NEAREST if mode == "nearest" else BILINEAR,
    )
    assert_alike(ours, without_frame(theirs), mode)


@every_fill
@pytest.mark.parametrize("slope", [-0.3, 0.9])
def test_shears(floats40: torch.Tensor, slope: float, fill: Fill) -> None:
    degrees = torch.tensor(slope).double().atan().rad2deg().item()
    for function, angles in (
        (affine.shear_x, [degrees, 0.0]),
        (affine.shear_y, [0.0, degrees]),
    ):
        ours = function(floats40, column(slope, floats40), "nearest", fill)
        theirs = tv.affine(
            floats40, 0.0, [0, 0], 1.0, angles, NEAREST, as_torchvision(fill), center=[0, 0]
        )
        assert_alike(ours, theirs, "nearest")


@every_fill
def test_perspective(floats40: torch.Tensor, fill: Fill) -> None:
    columns = [column(inset, floats40) for inset in (1, 2, 3, 4, 5, 6, 7, 8)]
    ours = perspective.RANDOM_PERSPECTIVE.torch_function(floats40, *columns, "nearest", fill)
    ends = [[1, 2], [36, 4], [34, 33], [7, 31]]
    starts = [[0, 0], [39, 0], [39, 39], [0, 39]]
    theirs = tv.perspective(floats40, starts, ends, NEAREST, as_torchvision(fill))
    assert_alike(ours, theirs, "nearest")


@every_fill
def test_elastic_inside_and_outside(floats40: torch.Tensor, fill: Fill) -> None:
    number = torch.arange(len(floats40))
    columns = (column(80.0, floats40), column(5.0, floats40), number)
    ours = elastic.elastic_transform(floats40, *columns, fill)
    level = torch.tensor(fill).view(-1, 1, 1)
    inside = elastic.elastic_transform(torch.ones_like(floats40), *columns) == 1
    black = elastic.elastic_transform(floats40, *columns)
    assert torch.allclose(ours[inside], black[inside], atol=1e-6)
    beyond = elastic.elastic_transform(torch.ones_like(floats40), *columns) == 0
    assert torch.allclose(ours[beyond], level.expand_as(floats40)[beyond], atol=1e-6)


@every_fill
@pytest.mark.parametrize("pixels", [-50, -7, 0, 13])
def test_translations(floats40: torch.Tensor, pixels: int, fill: Fill) -> None:
    for function, shift_by in (
        (shift.translate_x, [pixels, 0]),
        (shift.translate_y, [0, pixels]),
    ):
        ours = function(floats40, column(pixels, floats40), fill)
        theirs = tv.affine(floats40, 0.0, shift_by, 1.0, [0.0, 0.0], NEAREST, as_torchvision(fill))
        assert torch.equal(ours, theirs)


@every_fill
def test_padded_crop(floats40: torch.Tensor, fill: Fill) -> None:
    tops, lefts = column(7, floats40), column(0, floats40)
    ours = geometry.random_crop(floats40, tops, lefts, 4, "constant", fill)
    wide = tv.pad(floats40, [4] * 4, fill=as_torchvision(fill))
    assert torch.equal(ours, tv.crop(wide, 7, 0, 40, 40))
    mirrored = geometry.random_crop(floats40, tops, lefts, 4, "reflect", fill)
    wide = tv.pad(floats40, [4] * 4, padding_mode="reflect")
    assert torch.equal(mirrored, tv.crop(wide, 7, 0, 40, 40))


@pytest.mark.parametrize("fill", [0.5, (0.9, 0.5, 0.1)])
@pytest.mark.parametrize("name", FILLED)
def test_every_fill_is_seen_and_is_of_each_image_alone(
    floats40: torch.Tensor, name: str, fill: Value
) -> None:
    steps = [Step(name, (*OPS[name].example, *more)) for more in ((), (("fill", fill),))]
    policies = [Policy("one", 40, (View((step,)),)) for step in steps]
    dark = floats40 / 10
    (black,), _ = augment(dark, policies[0])
    (other,), _ = augment(dark, policies[1])
    assert ((other - black).abs().amax((1, 2, 3)) > 0.05).all()
    assert 0 <= other.min().item() <= other.max().item() <= 1
    for place in range(len(dark)):
        (alone,), _ = augment(dark[place : place + 1], policies[1], ids=[place])
        assert torch.equal(alone[0], other[place])
