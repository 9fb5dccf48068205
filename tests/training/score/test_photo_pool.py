"""From files to crops: split by photograph, within the memory, with a digest of the pixels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from augscore.images.records import Ignored, Picture, Read, Skipped
from augscore.training.score import photo_pool
from augscore.training.score.photo_pool import PhotoPool, load_photo_pool
from augscore.training.score.scales import Scales

SCALES = Scales(48, 48, (48, 68, 96))


def picture(number: int, height: int = 100, width: int = 120) -> Picture:
    generator = torch.Generator().manual_seed(number)
    pixels = torch.randint(0, 256, (3, height, width), dtype=torch.uint8, generator=generator)
    return Picture(f"photo-{number:02d}.png", pixels)


def load(reads: Sequence[Read], seed: int = 0, expected: int | None = None) -> PhotoPool:
    return load_photo_pool(reads, SCALES, expected=expected or len(reads), seed=seed)


def test_a_tenth_is_held_out_by_photograph_whatever_the_order() -> None:
    pictures = [picture(i) for i in range(30)]
    pool = load(pictures)
    assert pool.image_counts == (27, 3)
    train = [image[0] for image in pool.train.images]
    for kept in pool.held_out.images:
        assert not any(torch.equal(kept[0], other) for other in train)
    backwards = load(pictures[::-1])
    one = {tuple(image[0].flatten()[:20].tolist()) for image in pool.held_out.images}
    two = {tuple(image[0].flatten()[:20].tolist()) for image in backwards.held_out.images}
    assert one == two
    other_seed = load(pictures, seed=1)
    three = {tuple(image[0].flatten()[:20].tolist()) for image in other_seed.held_out.images}
    assert one != three


def test_of_two_images_one_is_held_out() -> None:
    assert load([picture(0), picture(1)]).image_counts == (1, 1)


def test_skipped_and_small_files_are_told_apart_from_ignored_ones() -> None:
    broken = Skipped("broken.png", "corrupt", "no PNG")
    pool = load([broken, picture(0), picture(1, 40, 200), Ignored("a.txt", "other"), picture(2)])
    assert [(s.name, s.reason) for s in pool.skipped] == [
        ("broken.png", "corrupt"),
        ("photo-01.png", "too_small"),
    ]
    assert sum(pool.image_counts) == 2


def test_every_version_is_at_least_the_crop() -> None:
    pool = load([picture(i, 48 + 7 * i, 60 + 5 * i) for i in range(20)])
    for images in pool.train.images + pool.held_out.images:
        assert all(min(p.shape[1:]) >= 48 for p in images)
        assert all(p.dtype == torch.uint8 for p in images)


def test_all_scales_are_kept_while_memory_allows_and_one_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pictures = [picture(i, 200, 210) for i in range(24)]
    assert {len(v) for v in load(pictures).train.images} == {3}
    monkeypatch.setattr(photo_pool, "MEMORY_BUDGET", 24 * 40_000)
    pool = load(pictures)
    assert {len(v) for v in pool.train.images} == {1}
    chosen = [min(v[0].shape[1:]) for v in pool.train.images + pool.held_out.images]
    assert set(chosen) == {48, 68, 96}
    used = sum(p.numel() for v in pool.train.images + pool.held_out.images for p in v)
    assert used <= 24 * 40_000


def test_the_budget_is_shared_among_the_expected_images(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_pool, "MEMORY_BUDGET", 200_000)
    pictures = [picture(i, 200, 200) for i in range(2)]
    assert {len(v) for v in load(pictures, expected=4).train.images} == {3}
    assert {len(v) for v in load(pictures, expected=5).train.images} == {1}


def test_the_fingerprint_changes_with_pixels_names_and_number() -> None:
    base = [picture(0), picture(1), picture(2)]
    fingerprint = load(base).fingerprint
    assert load([picture(0), picture(1), picture(2)]).fingerprint == fingerprint
    assert load(base, seed=9).fingerprint == fingerprint
    changed = picture(2)
    changed.pixels[1, 50, 60] ^= 1
    assert load([*base[:2], changed]).fingerprint != fingerprint
    assert load([*base[:2], Picture("renamed.png", base[2].pixels)]).fingerprint != fingerprint
    assert load([*base, picture(3)]).fingerprint != fingerprint
    assert len(fingerprint) == 64
