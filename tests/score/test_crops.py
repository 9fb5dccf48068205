"""Crops are a pure function of (seed, step), uniform over images, scales and places."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from augscore.score.crops import CropPool, pixel_statistics


def coordinates(height: int, width: int, tag: int = 0) -> torch.Tensor:
    """A picture whose pixels say where they are: red row, green column, blue which picture."""
    y = torch.arange(height, dtype=torch.uint8)[:, None].expand(height, width)
    x = torch.arange(width, dtype=torch.uint8)[None, :].expand(height, width)
    return torch.stack([y, x, torch.full_like(y, tag)])


def test_a_batch_is_a_pure_function_of_seed_and_step() -> None:
    pool = CropPool(((coordinates(40, 50),), (coordinates(60, 30, 1),)), 8)
    state = torch.random.get_rng_state()
    one = pool.batch(count=20, step=7, seed=3)
    pool.batch(count=5, step=1, seed=1)
    assert torch.equal(pool.batch(count=20, step=7, seed=3), one)
    assert torch.equal(pool.batch(count=6, step=7, seed=3), one[:6])
    assert not torch.equal(pool.batch(count=20, step=8, seed=3), one)
    assert not torch.equal(pool.batch(count=20, step=7, seed=4), one)
    assert torch.equal(torch.random.get_rng_state(), state)
    assert one.shape == (20, 3, 8, 8)
    assert one.dtype == torch.uint8


def test_crops_are_windows_of_the_picture_or_their_mirror_images() -> None:
    pool = CropPool(((coordinates(20, 30),),), 8)
    for crop in pool.batch(count=200, step=0, seed=0):
        top, left = int(crop[0, 0, 0]), int(crop[1, 0].min())
        window = coordinates(20, 30)[:, top : top + 8, left : left + 8]
        assert torch.equal(crop, window) or torch.equal(crop, window.flip(-1))


def test_images_scales_places_and_flips_are_uniform() -> None:
    small, large = coordinates(12, 14, 0), coordinates(16, 16, 1)
    pool = CropPool(((small, large), (coordinates(12, 12, 2),)), 8)
    crops = pool.batch(count=12_000, step=0, seed=0)
    tags = Counter(crops[:, 2, 0, 0].tolist())
    assert tags[2] == pytest.approx(6000, abs=300)
    assert tags[0] == pytest.approx(3000, abs=250)
    chosen = crops[crops[:, 2, 0, 0] == 0]
    tops = Counter(chosen[:, 0, 0, 0].tolist())
    lefts = Counter(chosen[:, 1, 0].amin(dim=1).tolist())
    assert sorted(tops) == [0, 1, 2, 3, 4]
    assert sorted(lefts) == [0, 1, 2, 3, 4, 5, 6]
    for counts, places in ((tops, 5), (lefts, 7)):
        expected = len(chosen) / places
        chi_squared = sum((n - expected) ** 2 / expected for n in counts.values())
        assert chi_squared < 23
    mirrored = int((crops[:, 1, 0, 0] > crops[:, 1, 0, 1]).sum())
    assert mirrored == pytest.approx(6000, abs=300)


def test_an_image_of_exactly_the_crop_is_taken_whole() -> None:
    picture = coordinates(8, 8)
    for crop in CropPool(((picture,),), 8).batch(count=10, step=0, seed=0):
        assert torch.equal(crop, picture) or torch.equal(crop, picture.flip(-1))


def test_statistics_are_those_of_the_pixels_in_0_to_1() -> None:
    picture = torch.randint(0, 256, (3, 64, 64), dtype=torch.uint8)
    found = pixel_statistics(CropPool(((picture,),), 64), seed=0, count=4)
    values = picture.to(torch.float64) / 255
    assert found.mean == pytest.approx(float(values.mean()))
    assert found.sigma_data == pytest.approx(float(values.std()), rel=1e-4)
