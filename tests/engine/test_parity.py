"""Every operation against an independent one: torchvision's float path, in grey levels."""

from __future__ import annotations

import itertools

import pytest
import torch
import torchvision.transforms.v2.functional as tv
from torchvision.transforms.v2 import InterpolationMode

from augscore import keys
from augscore.engine.draw import StepDraw, every_step
from augscore.engine.drawing.view import draw_view
from augscore.engine.nodes import Step
from augscore.engine.ops import blur, channels, colour, geometry, noise
from augscore.engine.ops.record import Op
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View

MEAN_BOUND, MAX_BOUND = 0.01, 1.0
MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def assert_equal_pixels(ours: torch.Tensor, theirs: torch.Tensor, mean: float = MEAN_BOUND) -> None:
    difference = (ours - theirs).abs() * 255
    assert difference.mean().item() <= mean
    assert difference.max().item() <= MAX_BOUND


def column(value: float, images: torch.Tensor) -> torch.Tensor:
    return torch.full((len(images),), value, dtype=torch.float64)


@pytest.mark.parametrize("factor", [0.0, 0.2, 0.9, 1.8])
def test_brightness(floats40: torch.Tensor, factor: float) -> None:
    ours = colour.adjust_brightness(floats40, column(factor, floats40))
    assert_equal_pixels(ours, tv.adjust_brightness(floats40, factor))


@pytest.mark.parametrize("factor", [0.0, 0.2, 0.9, 1.8])
def test_contrast(floats40: torch.Tensor, factor: float) -> None:
    ours = colour.adjust_contrast(floats40, column(factor, floats40))
    assert_equal_pixels(ours, tv.adjust_contrast(floats40, factor))


@pytest.mark.parametrize("factor", [0.0, 0.2, 0.9, 1.8])
def test_saturation(floats40: torch.Tensor, factor: float) -> None:
    ours = colour.adjust_saturation(floats40, column(factor, floats40))
    assert_equal_pixels(ours, tv.adjust_saturation(floats40, factor))


@pytest.mark.parametrize("turns", [-0.5, -0.31, -0.1, 0.003, 0.2, 0.5])
def test_hue(floats40: torch.Tensor, turns: float) -> None:
    ours = colour.adjust_hue(floats40, column(turns, floats40))
    assert_equal_pixels(ours, tv.adjust_hue(floats40, turns))


def test_grayscale(floats40: torch.Tensor) -> None:
    assert_equal_pixels(colour.grayscale(floats40), tv.rgb_to_grayscale(floats40, 3))


@pytest.mark.parametrize("number", range(24))
def test_jitter_in_every_order(floats40: torch.Tensor, number: int) -> None:
    theirs = floats40
    factors = (1.4, 0.6, 1.7, -0.15)
    adjustments = (tv.adjust_brightness, tv.adjust_contrast, tv.adjust_saturation, tv.adjust_hue)
    for which in list(itertools.permutations(range(4)))[number]:
        theirs = adjustments[which](theirs, factors[which])
    b, c, s, h = (column(factor, floats40) for factor in factors)
    order = torch.full((len(floats40),), number)
    assert_equal_pixels(colour.jitter(floats40, b, c, s, h, order), theirs)


def test_jitter_leaves_out_what_is_neutral_to_the_last_bit(floats40: torch.Tensor) -> None:
    one, none = column(1.0, floats40), column(0.0, floats40)
    order = torch.arange(len(floats40)) * 4
    assert torch.equal(colour.jitter(floats40, one, one, one, none, order), floats40)


@pytest.mark.parametrize("sigma", [0.1, 0.25, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("kernel_size", [3, 5, 23])
def test_blur(floats40: torch.Tensor, sigma: float, kernel_size: int) -> None:
    ours = blur.gaussian_blur(floats40, column(sigma, floats40), kernel_size)
    assert_equal_pixels(ours, tv.gaussian_blur(floats40, [kernel_size] * 2, [sigma] * 2))


def test_blur_as_wide_as_it_needs(floats40: torch.Tensor) -> None:
    ours = blur.gaussian_blur(floats40, column(3.0, floats40), 0)
    assert_equal_pixels(ours, tv.gaussian_blur(floats40, [39, 39], [3.0, 3.0]))


@pytest.mark.parametrize(("dx", "dy"), [(3, 0), (0, -5), (-11, 7)])
def test_translate_by_whole_pixels(floats40: torch.Tensor, dx: int, dy: int) -> None:
    ours = geometry.translate(floats40, column(dx, floats40), column(dy, floats40))
    wide = tv.pad(floats40, [12, 12, 12, 12], padding_mode="reflect")
    assert torch.equal(ours, tv.crop(wide, 12 - dy, 12 - dx, 40, 40))


@pytest.mark.parametrize(("dx", "dy"), [(0.5, 0.25), (-3.3, 8.7), (95.2, -41.5)])
def test_translate_by_fractions(floats40: torch.Tensor, dx: float, dy: float) -> None:
    ours = geometry.translate(floats40, column(dx, floats40), column(dy, floats40))
    places = torch.arange(40, dtype=torch.float32)
    y, x = torch.meshgrid((places - dy) * 2 / 39 - 1, (places - dx) * 2 / 39 - 1, indexing="ij")
    grid = torch.stack([x, y], -1).expand(len(floats40), -1, -1, -1)
    theirs = torch.nn.functional.grid_sample(
        floats40, grid, padding_mode="reflection", align_corners=True
    )
    assert_equal_pixels(ours, theirs)


def test_translate_inside_is_torchvisions_affine(floats40: torch.Tensor) -> None:
    ours = geometry.translate(floats40, column(4, floats40), column(2, floats40))
    theirs = tv.affine(floats40, 0.0, [4, 2], 1.0, [0.0, 0.0])
    assert_equal_pixels(ours[:, :, 2:, 4:], theirs[:, :, 2:, 4:])


def test_flip(floats40: torch.Tensor) -> None:
    assert torch.equal(geometry.horizontal_flip(floats40), tv.horizontal_flip(floats40))


def test_vertical_flip(floats40: torch.Tensor) -> None:
    assert torch.equal(geometry.vertical_flip(floats40), tv.vertical_flip(floats40))


@pytest.mark.parametrize("number", range(6))
def test_channel_permutation(floats40: torch.Tensor, number: int) -> None:
    order = list(list(itertools.permutations(range(3)))[number])
    ours = channels.permute_channels(floats40, torch.full((len(floats40),), number))
    assert torch.equal(ours, tv.permute_channels(floats40, order))


def test_channel_drop_takes_one_channel_of_each_image(floats40: torch.Tensor) -> None:
    ours = channels.drop_channel(floats40, torch.tensor([2, 0, 1, 1, 2, 0]))
    for row, dropped in enumerate([2, 0, 1, 1, 2, 0]):
        for channel in range(3):
            kept = floats40[row, channel] * (channel != dropped)
            assert torch.equal(ours[row, channel], kept)


@pytest.mark.parametrize(("ours", "theirs"), [("constant", "constant"), ("reflect", "reflect")])
def test_random_crop(floats40: torch.Tensor, ours: str, theirs: str) -> None:
    wide = tv.pad(floats40, [4, 4, 4, 4], padding_mode=theirs)
    crops = geometry.random_crop(floats40, column(7, floats40), column(1, floats40), 4, ours)
    assert torch.equal(crops, tv.crop(wide, 7, 1, 40, 40))


BOXES = [(0, 0, 40, 40), (3, 8, 20, 27), (11, 2, 5, 9), (39, 39, 1, 1)]


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [16, 32, 64])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_resized_crop(
    bytes40: torch.Tensor,
    box: tuple[int, int, int, int],
    interpolation: str,
    size: int,
    dtype: str,
) -> None:
    images = bytes40 if dtype == "uint8" else bytes40.to(torch.float32) / 255
    top, left, height, width = (column(number, images) for number in box)
    ours = geometry.resized_crop(list(images), top, left, height, width, interpolation, size)
    theirs = tv.resized_crop(images, *box, [size, size], MODES[interpolation], antialias=True)
    theirs = theirs.to(torch.float32) / 255 if dtype == "uint8" else theirs.clamp(0, 1)
    assert_equal_pixels(ours, theirs)


def test_noise_is_the_field_of_its_key_with_the_sd_asked_for() -> None:
    grey = torch.full((2, 3, 64, 64), 0.5)
    sds = torch.tensor([0.05, 0.1], dtype=torch.float64)
    noisy = noise.gaussian_noise(grey, sds, torch.tensor([11, -(2**62)]))
    added = noisy - 0.5
    assert added[0].std().item() == pytest.approx(0.05, rel=0.03)
    assert added[1].std().item() == pytest.approx(0.1, rel=0.03)
    assert torch.allclose(added[1] / 0.1, keys.normals(-(2**62), (3, 64, 64)), atol=1e-5)


def test_noise_is_clamped() -> None:
    noisy = noise.gaussian_noise(torch.ones(1, 3, 32, 32), torch.tensor([0.5]), torch.tensor([5]))
    assert noisy.max().item() == 1.0
    assert noisy.min().item() == 0.0


TWO_BACKENDS = [op for op in OPS.values() if op.kornia_function is not None]


@pytest.mark.parametrize("op", TWO_BACKENDS, ids=lambda op: op.name)
def test_the_two_backends_agree(floats40: torch.Tensor, op: Op) -> None:
    assert op.kornia_function is not None
    step = _drawn(op, len(floats40))
    columns = [column.numbers for _, column in step.magnitudes]
    options = [value for _, value in step.options]
    by_torch = op.torch_function(floats40, *columns, *options)
    by_kornia = op.kornia_function(floats40, *columns, *options)
    assert ((by_torch - by_kornia).abs() * 255).max().item() <= op.bound


def _drawn(op: Op, count: int) -> StepDraw:
    policy = Policy("one", 40, (View((Step(op.name, op.example),)),))
    return next(every_step(draw_view(policy, list(range(count)), [(40, 40)] * count, view=0).steps))
