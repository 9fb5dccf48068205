"""Batches made by the workers of a DataLoader: the same draws whatever their number."""

from __future__ import annotations

import pickle
from typing import Any, Literal

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, TensorDataset

import augscore
from augscore.benching.pictures import telling_pictures
from augscore.engine.augment import Views
from augscore.errors import TensorError, UsageError

IMAGES = telling_pictures(10, 40, 40)
LABELS = torch.arange(10) % 3


def by_id(loader: DataLoader[Any]) -> dict[Any, tuple[torch.Tensor, ...]]:
    found = {}
    for views, labels, ids in loader:
        for place, image in enumerate(ids):
            found[image] = (*(view[place] for view in views), labels[place])
    return found


def loader(
    collate: augscore.Collate,
    batch_size: int,
    workers: int = 0,
    start: Literal["fork", "spawn"] | None = None,
    persistent: bool = False,
) -> DataLoader[Any]:
    dataset = augscore.WithIds(TensorDataset(IMAGES, LABELS))
    generator = torch.Generator().manual_seed(batch_size)
    return DataLoader(
        dataset,
        batch_size,
        shuffle=True,
        num_workers=workers,
        collate_fn=collate,
        multiprocessing_context=start,
        persistent_workers=persistent,
        generator=generator,
    )


def expected(epoch: int) -> Views:
    ids = list(range(10))
    return augscore.augment(IMAGES, "simclr-cifar", seed=4, ids=ids, epoch=epoch)[0]


def assert_as_expected(found: dict[Any, tuple[torch.Tensor, ...]], epoch: int) -> None:
    assert sorted(found) == list(range(10))
    first, second = expected(epoch)
    for image, (one, other, label) in found.items():
        assert torch.equal(one, first[image])
        assert torch.equal(other, second[image])
        assert label == LABELS[image]


@pytest.mark.parametrize("batch_size", [1, 4, 10])
def test_batches_and_order_do_not_matter(batch_size: int) -> None:
    collate = augscore.Collate("simclr-cifar", seed=4)
    for epoch in (0, 5):
        collate.set_epoch(epoch)
        assert_as_expected(by_id(loader(collate, batch_size)), epoch)


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_workers_do_not_matter_and_hear_of_a_new_epoch(start: Literal["fork", "spawn"]) -> None:
    collate = augscore.Collate("simclr-cifar", seed=4)
    batches = loader(collate, 3, workers=2, start=start, persistent=True)
    for epoch in (0, 1, 7):
        collate.set_epoch(epoch)
        assert_as_expected(by_id(batches), epoch)


def test_it_can_be_pickled() -> None:
    collate = augscore.Collate("simclr-cifar", seed=4, normalize="cifar10")
    collate.set_epoch(2)
    samples = [(image, 0, n) for n, image in enumerate(IMAGES)]
    views, _, _ = pickle.loads(pickle.dumps(collate))(samples)
    assert torch.equal(views[0], collate(samples).views[0])


def test_pil_images_of_any_mode_and_size() -> None:
    pictures = [Image.fromarray(IMAGES[n, :, : 20 + n].permute(1, 2, 0).numpy()) for n in range(3)]
    grey = Image.fromarray(np.arange(900, dtype=np.uint8).reshape(30, 30))
    samples = [(picture, f"label {n}", f"{n}.jpg") for n, picture in enumerate([*pictures, grey])]
    views, labels, ids = augscore.Collate("simclr-cifar")(samples)
    assert labels == ["label 0", "label 1", "label 2", "label 3"]
    assert ids == ("0.jpg", "1.jpg", "2.jpg", "3.jpg")
    tensors = [IMAGES[n, :, : 20 + n] for n in range(3)]
    tensors.append(torch.from_numpy(np.array(grey)).expand(3, -1, -1))
    same, _ = augscore.augment(tensors, "simclr-cifar", ids=ids)
    assert all(torch.equal(a, b) for a, b in zip(views, same, strict=True))


@pytest.mark.parametrize(
    ("sample", "error", "words"),
    [
        ((IMAGES[0], 1), UsageError, "augscore.WithIds"),
        (IMAGES[0], UsageError, "augscore.WithIds"),
        ((IMAGES[0], 1, 0.5), UsageError, "an id is 0.5"),
        ((IMAGES[0].numpy(), 1, 3), TensorError, "image 3 is a ndarray"),
        ((IMAGES[0, :1], 1, 3), TensorError, "(1, 40, 40)"),
        ((Image.new("I", (8, 8)), 1, "x.png"), TensorError, "image x.png"),
    ],
)
def test_samples_that_do_not_fit_are_refused(
    sample: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as caught:
        augscore.Collate("simclr-cifar")([sample])
    assert words in str(caught.value)


def test_an_epoch_is_a_whole_number() -> None:
    with pytest.raises(UsageError, match="epoch"):
        augscore.Collate("simclr-cifar").set_epoch(0.5)  # type: ignore[arg-type]


def test_a_wrapped_set_has_the_length_and_items_of_its_own() -> None:
    dataset = augscore.WithIds([("a", 1), ("b", 2)])
    assert len(dataset) == 2
    assert dataset[1] == ("b", 2, 1)
