"""Turns, shears, shifts and perspectives against torchvision's float path and PIL."""

from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2.functional as tv

from augscore.benching.references import warps
from augscore.engine.draw import every_step
from augscore.engine.drawing.view import draw_view
from augscore.engine.nodes import Step
from augscore.engine.ops import affine, perspective, shift
from augscore.engine.policy import Policy, View

MOVED = affine.RANDOM_AFFINE.torch_function
ASKEW = perspective.RANDOM_PERSPECTIVE.torch_function
both_modes = pytest.mark.parametrize("mode", list(warps.MODES))


def assert_equal_pixels(ours: torch.Tensor, theirs: torch.Tensor, mode: str) -> None:
    """Bilinear within 0.01 grey levels in the mean and 1 at most; nearest to the last bit, but for
    one place in a thousand: a tie of two pixels, which processors round either way."""
    if mode == "nearest":
        assert (ours != theirs).any(1).float().mean().item() <= 1e-3
    else:
        difference = (ours - theirs).abs() * 255
        assert difference.mean().item() <= 0.01
        assert difference.max().item() <= 1.0


def column(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), value, dtype=torch.float64)


@both_modes
@pytest.mark.parametrize("degrees", [-120.0, -7.5, 0.5, 30.0, 90.0, 180.0])
def test_rotate(floats40: torch.Tensor, degrees: float, mode: str) -> None:
    ours = affine.rotate(floats40, column(degrees, floats40), mode)
    assert_equal_pixels(ours, warps.rotate(floats40, degrees, mode), mode)


# Not by 90 degrees: with one odd side every place is a tie between two pixels.
@both_modes
@pytest.mark.parametrize("degrees", [-120.0, 20.0, 180.0])
def test_rotate_oblongs(floats40: torch.Tensor, degrees: float, mode: str) -> None:
    for images in (floats40[:, :, :29], floats40[..., :31]):
        ours = affine.rotate(images, column(degrees, images), mode)
        theirs = warps.rotate(images, degrees, mode)
        assert_equal_pixels(ours, theirs, mode)


@both_modes
@pytest.mark.parametrize("slope", [-0.9, -0.31, 0.01, 0.09, 0.3, 0.99])
def test_shears(floats40: torch.Tensor, slope: float, mode: str) -> None:
    for images in (floats40, floats40[:, :, :29], floats40[..., :31]):
        ours = affine.shear_x(images, column(slope, images), mode)
        assert_equal_pixels(ours, warps.shear_x(images, slope, mode), mode)
        ours = affine.shear_y(images, column(slope, images), mode)
        assert_equal_pixels(ours, warps.shear_y(images, slope, mode), mode)


@pytest.mark.parametrize("fraction", [-1.0, -0.45, -0.01, 0.03, 0.136, 0.5, 1.0])
def test_translations(floats40: torch.Tensor, fraction: float) -> None:
    oblong = floats40[..., :31]
    ours_x = shift.translate_x(oblong, column(int(fraction * 31), oblong))
    ours_y = shift.translate_y(oblong, column(int(fraction * 40), oblong))
    assert torch.equal(ours_x, tv.affine(oblong, 0.0, [int(fraction * 31), 0], 1.0, [0.0, 0.0]))
    assert torch.equal(ours_y, tv.affine(oblong, 0.0, [0, int(fraction * 40)], 1.0, [0.0, 0.0]))


AFFINES = [
    (20.0, 0, 0, 1.0, 0.0, 0.0),
    (0.0, 5, -3, 1.0, 0.0, 0.0),
    (0.0, 0, 0, 0.7, 12.0, 0.0),
    (0.0, 0, 0, 1.3, 0.0, -9.0),
    (-33.0, -4, 6, 1.2, 15.0, 7.0),
]


@both_modes
@pytest.mark.parametrize("numbers", AFFINES)
def test_affine(
    floats40: torch.Tensor, numbers: tuple[float, int, int, float, float, float], mode: str
) -> None:
    for images in (floats40, floats40[..., :31]):
        columns = [column(number, images) for number in numbers]
        ours = MOVED(images, *columns, mode)
        assert_equal_pixels(ours, warps.random_affine(images, *numbers, mode), mode)


Insets = tuple[int, int, int, int, int, int, int, int]
INSETS: list[Insets] = [
    (3, 0, 0, 0, 0, 0, 0, 0),
    (1, 2, 3, 4, 5, 6, 7, 8),
    (9, 9, 0, 5, 2, 9, 0, 7),
]


@both_modes
@pytest.mark.parametrize("insets", INSETS)
def test_perspective(floats40: torch.Tensor, insets: Insets, mode: str) -> None:
    for images in (floats40, floats40[..., :31]):
        columns = [torch.full((len(images),), inset) for inset in insets]
        ours = ASKEW(images, *columns, mode)
        assert_equal_pixels(ours, warps.random_perspective(images, *insets, mode), mode)


@both_modes
def test_corners_on_one_line_give_a_finite_image(floats40: torch.Tensor, mode: str) -> None:
    columns = [torch.full((len(floats40),), inset) for inset in (18, 18, 18, 15, 0, 0, 15, 18)]
    assert torch.isfinite(ASKEW(floats40, *columns, mode)).all()


def test_drawn_perspectives_reach_their_bounds_and_no_further() -> None:
    step = Step("RandomPerspective", (("distortion_scale", 0.3),))
    crop = Step("RandomResizedCrop")
    policy = Policy("askew", 40, (View((step, crop)),))
    drawn = next(every_step(draw_view(policy, list(range(500)), [(27, 40)] * 500, view=0).steps))
    for name, values in drawn.magnitudes:
        assert set(values) == set(range(7 if name.endswith("x") else 4))


def test_drawn_affines_keep_to_their_ranges() -> None:
    step = Step(
        "RandomAffine", (("translate", (0.1, 0.2)), ("degrees", 5.0), ("scale", (1.0, 2.0)))
    )
    crop = Step("RandomResizedCrop")
    policy = Policy("moved", 40, (View((step, crop)),))
    drawn = next(every_step(draw_view(policy, list(range(500)), [(20, 40)] * 500, view=0).steps))
    columns = dict(drawn.magnitudes)
    assert set(columns["dx"]) == set(columns["dy"]) == set(range(-4, 5))
    assert -5 <= min(columns["degrees"]) < -4.5 < 4.5 < max(columns["degrees"]) <= 5
    assert 1 <= min(columns["scale"]) < 1.1 < 1.9 < max(columns["scale"]) <= 2
    assert set(columns["shear_x"]) == {0.0}
