"""At which sizes images are used: never under the crop, never enlarged, halved where possible."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.score.crops import CropPool
from augscore.training.score.scales import (
    at_sides,
    choose_scales,
    coarse_side,
    sides_for,
    working_crops,
)

sides = st.lists(st.integers(8, 4000), min_size=1, max_size=9)
sizes = st.none() | st.integers(1, 600)


@given(sides, sizes)
def test_scales_cover_what_readings_look_at(short_sides: list[int], size: int | None) -> None:
    scales = choose_scales(short_sides, size)
    assert scales.working_size >= 32
    assert scales.working_size in scales.short_sides
    assert coarse_side(scales.working_size) >= 32
    assert min(scales.short_sides) >= coarse_side(scales.working_size)
    assert max(scales.short_sides) == 2 * scales.working_size
    assert scales.crop <= min(scales.short_sides)
    assert scales.crop % 8 == 0
    assert 32 <= scales.crop <= 64
    if size is None:
        assert scales.working_size <= 224
        assert scales.working_size % 8 == 0
    else:
        assert scales.working_size == max(32, size)


@pytest.mark.parametrize(
    ("short_sides", "size", "working", "crop", "smallest"),
    [
        ([1000, 480, 600], None, 224, 64, 112),
        ([100, 101, 110], None, 96, 48, 48),
        ([32] * 3, None, 32, 32, 32),
        ([20], None, 32, 32, 32),
        ([500], 64, 64, 32, 32),
        ([500], 60, 60, 56, 60),
    ],
)
def test_chosen_scales(
    short_sides: list[int], size: int | None, working: int, crop: int, smallest: int
) -> None:
    scales = choose_scales(short_sides, size)
    assert (scales.working_size, scales.crop, min(scales.short_sides)) == (working, crop, smallest)


@given(st.integers(8, 1024), st.integers(8, 1024), sizes)
def test_an_image_is_used_at_sides_that_it_has(height: int, width: int, size: int | None) -> None:
    scales = choose_scales([height, 300], size)
    short_side = min(height, width)
    for side in sides_for(height, width, scales):
        assert scales.crop <= side <= short_side
        if short_side // 2 >= scales.working_size:
            assert side <= short_side // 2
    if short_side < scales.crop:
        assert sides_for(height, width, scales) == ()
    if short_side >= scales.working_size:
        assert scales.working_size in sides_for(height, width, scales)


def test_large_photographs_are_shrunk_by_two_or_more_and_small_ones_kept() -> None:
    scales = choose_scales([1000], 224)
    assert scales.short_sides == (112, 158, 224, 317, 448)
    assert sides_for(1000, 700, scales) == (112, 158, 224, 317)
    assert sides_for(447, 800, scales) == (112, 158, 224)
    assert sides_for(200, 200, scales) == (112, 158)
    assert sides_for(100, 300, scales) == (100,)
    assert sides_for(63, 300, scales) == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(32, 200), st.integers(32, 200))
def test_resized_images_keep_their_aspect_and_have_the_short_side(height: int, width: int) -> None:
    pixels = torch.zeros(3, height, width, dtype=torch.uint8)
    (found,) = at_sides(pixels, (32,))
    assert min(found.shape[1:]) == 32
    assert found.dtype == torch.uint8
    scale = 32 / min(height, width)
    assert found.shape[1] == pytest.approx(height * scale, abs=1)
    assert found.shape[2] == pytest.approx(width * scale, abs=1)


def test_calibration_crops_come_from_images_at_1_to_1_and_a_half_times_the_size() -> None:
    def grey(value: int, side: int) -> torch.Tensor:
        return torch.full((3, side, side), value, dtype=torch.uint8)

    pool = CropPool(((grey(1, 47), grey(2, 48)), (grey(3, 72), grey(4, 73)), (grey(5, 40),)), 32)
    crops = working_crops(pool, 48, count=60, seed=0)
    assert crops is not None
    assert crops.pixels.shape == (60, 3, 48, 48)
    greys = crops.pixels[:, 0, 0, 0].tolist()
    assert set(greys) == {2, 3}
    assert list(crops.sources) == [grey - 2 for grey in greys]
    assert working_crops(CropPool(((grey(5, 40),),), 32), 48, count=4, seed=0) is None
