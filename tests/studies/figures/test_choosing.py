"""Which images a study looks at: drawn by the seed, whatever else is in the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from augscore.errors import InputError, UsageError
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture
from augscore.images.resize import bring_to_size
from augscore.measuring.sources import folder_source, memory_source
from augscore.studies.figures.choosing import (
    FEWEST,
    MOST,
    Asked,
    Chosen,
    choose_images,
    images_in_time,
)
from tests.conftest import draw_scene


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Eight pictures of 40 px, one of 400, and one that is broken."""
    for k in range(8):
        draw_scene(40, k).save(tmp_path / f"{k}.png")
    draw_scene(400, 8).save(tmp_path / "large.png")
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n nothing more")
    return tmp_path


def _chosen(folder: Path, asked: Asked) -> Chosen:
    return choose_images(folder_source([folder]), asked, lambda side: 10)


def test_the_seed_draws_and_workers_do_not_matter(folder: Path) -> None:
    first = _chosen(folder, Asked(4, 32, seed=1, workers=0))
    again = _chosen(folder, Asked(4, 32, seed=1, workers=2))
    assert first.ids == again.ids
    assert torch.equal(first.pixels, again.pixels)
    assert _chosen(folder, Asked(4, 32, seed=2)).ids != first.ids
    assert _chosen(folder, Asked(6, 32, seed=1)).ids[:4] == first.ids


def test_pixels_are_those_of_references(folder: Path) -> None:
    chosen = _chosen(folder, Asked(9, 32, workers=0))
    assert len(chosen.ids) == len(chosen.offers) == 9
    for name, pixels in zip(chosen.ids, chosen.pixels, strict=True):
        read = decode(Candidate(folder / str(name), str(name)))
        assert isinstance(read, Picture)
        wanted = bring_to_size(read.pixels, 32)
        assert float((pixels.to(torch.float32) / 255 - wanted).abs().max()) <= 0.5 / 255 + 1e-6


def test_what_cannot_be_read_is_told_and_replaced(folder: Path) -> None:
    chosen = _chosen(folder, Asked(9, 32, workers=0))
    assert [one.name for one in chosen.skipped] in ([], ["broken.png"])
    more = _chosen(folder, Asked(10, 32, workers=0))
    assert [one.name for one in more.skipped] == ["broken.png"]
    assert len(more.ids) == 9


def test_the_default_size_is_the_images_own_up_to_64(folder: Path, tmp_path: Path) -> None:
    assert _chosen(folder, Asked(9)).pixels.shape[-2:] == (40, 40)
    large = memory_source(torch.zeros(3, 3, 90, 100, dtype=torch.uint8))
    assert choose_images(large, Asked(2), lambda side: 1).pixels.shape[-1] == 64
    small = memory_source(torch.zeros(3, 3, 20, 20, dtype=torch.uint8))
    assert choose_images(small, Asked(2), lambda side: 1).pixels.shape[-1] == 32


def test_the_default_number_falls_with_views_and_size() -> None:
    assert images_in_time(350, 32) == 24_000_000 // (350 * 1024)
    assert images_in_time(350, 64) < images_in_time(350, 32)
    assert images_in_time(350, 512) == FEWEST
    assert images_in_time(1, 32) == MOST


def test_too_few_and_bad_sizes_are_refused(tmp_path: Path) -> None:
    draw_scene(40, 0).save(tmp_path / "only.png")
    with pytest.raises(InputError, match="has 1") as refused:
        _chosen(tmp_path, Asked(5, 32))
    assert refused.value.code == "too_few_images"
    for size in (31, 100_000):
        with pytest.raises(UsageError):
            _chosen(tmp_path, Asked(5, size))
