from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.errors import InputError, UsageError
from augscore.images.collect import collect
from augscore.images.collection import Collection
from augscore.images.records import Picture
from augscore.runtime import Progress
from augscore.training.data.feed import Batch, Feed
from augscore.training.data.store import open_store


def folder(path: Path, sides: list[int]) -> Path:
    for number, side in enumerate(sides):
        random = np.random.default_rng(number)
        pixels = random.integers(0, 256, (side, side, 3), np.uint8)
        Image.fromarray(pixels).save(path / f"{number:02d}.png")
    return path


def feed(images: Collection, *, budget: int = 1 << 20, workers: int = 0, seed: int = 0) -> Feed:
    store = open_store(images, workers=workers, budget=budget)
    return Feed(store, batch_size=4, seed=seed, workers=workers)


def told(batch: Batch) -> tuple[object, ...]:
    pixels = tuple(image.numpy().tobytes() for image in batch.images)
    return (*batch.ids, *batch.indices.tolist(), batch.epoch, batch.step, *pixels)


@pytest.mark.parametrize("sides", [[16] * 10, [16, 20] * 5])
def test_batches_hold_the_images_that_they_name(sides: list[int], tmp_path: Path) -> None:
    images = collect(folder(tmp_path, sides))
    for batch in feed(images).batches(0, 5):
        assert isinstance(batch.images, torch.Tensor) == (len(set(sides)) == 1)
        assert len(batch.images) == len(batch.ids) == 4
        for pixels, name, place in zip(batch.images, batch.ids, batch.indices, strict=True):
            read = images.read(int(place))
            assert isinstance(read, Picture)
            assert read.id == name
            assert torch.equal(pixels, read.pixels)


@pytest.mark.parametrize("sides", [[16] * 10, [16, 20] * 5])
def test_neither_workers_nor_memory_nor_the_start_matter(sides: list[int], tmp_path: Path) -> None:
    images = collect(folder(tmp_path, sides))
    whole = [told(batch) for batch in feed(images).batches(0, 7)]
    assert [row[8:10] for row in whole] == [(step // 2, step) for step in range(7)]
    for budget in (1 << 20, 3 * 16 * 16 * 3, 0):
        for workers in (0, 3):
            chosen = feed(images, budget=budget, workers=workers)
            assert (chosen._store.held is None) == (budget < 1 << 20)
            assert [told(batch) for batch in chosen.batches(3, 7)] == whole[3:]


def test_epochs_and_seeds_mix_anew(tmp_path: Path) -> None:
    chosen = feed(collect(torch.zeros(32, 3, 8, 8, dtype=torch.uint8)))
    epochs = [
        [i for batch in chosen.batches(8 * e, 8 * (e + 1)) for i in batch.ids] for e in range(2)
    ]
    assert epochs[0] != epochs[1]
    assert sorted(epochs[0], key=int) == list(range(32))


def test_two_processes_share_a_batch() -> None:
    store = open_store(collect(torch.zeros(32, 3, 8, 8, dtype=torch.uint8)), workers=0)
    one = next(Feed(store, batch_size=8, seed=0).batches(5, 6))
    two = [next(Feed(store, batch_size=8, seed=0, rank=r, world=2).batches(5, 6)) for r in (0, 1)]
    assert two[0].ids + two[1].ids == one.ids


def test_what_cannot_be_read_is_left_out_and_told(tmp_path: Path) -> None:
    folder(tmp_path, [16] * 8)
    (tmp_path / "03.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (tmp_path / "link.png").symlink_to("gone.png")
    events: list[Progress] = []
    store = open_store(collect(tmp_path), workers=2, progress=events.append)
    assert [skipped.name for skipped in store.skipped] == ["link.png", "03.png"]
    assert len(store) == 7
    assert [event.done for event in events] == list(range(1, 9))
    for batch in Feed(store, batch_size=7, seed=0).batches(0, 3):
        assert "03.png" not in batch.ids
        assert 3 not in batch.indices


def test_a_folder_of_rubbish(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"rubbish")
    with pytest.raises(InputError, match=r"none of 1 images .* can be read") as caught:
        open_store(collect(tmp_path), workers=0)
    assert caught.value.code == "no_images"
    assert "bad.png" in caught.value.hint


def test_a_file_that_is_lost_meanwhile(tmp_path: Path) -> None:
    chosen = feed(collect(folder(tmp_path, [16] * 4)), budget=0)
    (tmp_path / "02.png").unlink()
    with pytest.raises(InputError, match=r"02\.png") as caught:
        list(chosen.batches(0, 1))
    assert caught.value.code == "image_lost"


def test_fewer_images_than_a_batch() -> None:
    with pytest.raises(UsageError, match="at most 3") as caught:
        feed(collect(torch.zeros(3, 3, 8, 8, dtype=torch.uint8)))
    assert caught.value.code == "too_few_images"


def test_closing_leaves_no_thread(tmp_path: Path) -> None:
    batches = feed(collect(folder(tmp_path, [16] * 10)), budget=0, workers=3).batches(0, 100)
    next(batches)
    batches.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("augscore-decode")]
