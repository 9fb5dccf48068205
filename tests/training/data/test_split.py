from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import Subset, TensorDataset

from augscore.errors import InputError, UsageError
from augscore.images.collect import collect
from augscore.images.collection import Collection
from augscore.training.data.split import split, stratified


def labelled(labels: list[int]) -> TensorDataset:
    images = torch.arange(len(labels) * 3 * 8 * 8).remainder(256).to(torch.uint8)
    return TensorDataset(images.reshape(-1, 3, 8, 8), torch.tensor(labels))


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.zeros((16, 16, 3), np.uint8)).save(path)
    return folder


def class_counts(images: Collection | None) -> dict[str, int]:
    assert images is not None
    return dict(Counter(images.classes[n] for n in images.labels if n is not None))


def test_a_fifth_of_each_class_is_for_the_test() -> None:
    parts = split(labelled([0] * 50 + [1] * 10 + [2] * 4 + [3] * 2 + [4]))
    assert class_counts(parts.test) == {"0": 10, "1": 2, "2": 1, "3": 1}
    assert class_counts(parts.train) == {"0": 40, "1": 8, "2": 3, "3": 1, "4": 1}
    assert parts.test is not None
    assert set(parts.train.ids).isdisjoint(parts.test.ids)
    assert parts.test.classes == parts.train.classes
    assert "53 images for training, 14 for accuracy: 20% of each of 5 classes" in parts.told


def test_the_seed_and_the_keys_alone_decide() -> None:
    data = labelled([0, 1] * 50)
    first = split(data).test
    other = split(data, seed=1).test
    assert first is not None
    assert other is not None
    assert set(first.ids) != set(other.ids)
    backwards = stratified(collect(data).select(range(99, -1, -1)), seed=0).test
    assert backwards is not None
    assert set(backwards.ids) == set(first.ids)


def test_an_image_that_is_added_moves_at_most_one_other() -> None:
    data = labelled([0, 1] * 60)
    for count in range(20, 119):
        smaller = split(Subset(data, range(count))).test
        larger = split(Subset(data, range(count + 1))).test
        assert smaller is not None
        assert larger is not None
        old = set(larger.ids) - {count}
        assert len(set(smaller.ids) - old) <= 1
        assert len(old - set(smaller.ids)) <= 1


@pytest.mark.parametrize("second", ["test", "val"])
def test_parts_of_a_folder_are_taken_as_they_are(second: str, tmp_path: Path) -> None:
    names = ["train/cat/1.png", "train/dog/2.png", f"{second}/dog/3.png", f"{second}/eel/4.png"]
    parts = split(str(write(tmp_path, *names)))
    assert parts.test is not None
    assert parts.train.ids == ("train/cat/1.png", "train/dog/2.png")
    assert class_counts(parts.train) == {"cat": 1, "dog": 1}
    assert class_counts(parts.test) == {"dog": 1, "eel": 1}
    assert parts.train.classes == parts.test.classes == ("cat", "dog", "eel")
    assert "2 images for training, 2 for accuracy" in parts.told


def test_test_comes_before_val(tmp_path: Path) -> None:
    names = ("train/a/1.png", "train/b/1.png", "val/a/2.png", "test/a/3.png", "test/b/4.png")
    parts = split(write(tmp_path, *names))
    assert parts.test is not None
    assert parts.test.ids == ("test/a/3.png", "test/b/4.png")


def test_train_alone_is_no_class(tmp_path: Path) -> None:
    names = [f"train/{name}/{i}.png" for name in ("cat", "dog") for i in range(5)]
    parts = split(write(tmp_path, *names))
    assert class_counts(parts.train) == {"cat": 4, "dog": 4}
    assert class_counts(parts.test) == {"cat": 1, "dog": 1}


def test_nested_classes_are_the_first_folders(tmp_path: Path) -> None:
    names = [f"{a}/{b}/{i}.png" for a in ("pets", "wild") for b in "xy" for i in range(3)]
    parts = split(write(tmp_path, *names))
    assert class_counts(parts.train) == {"pets": 5, "wild": 5}


@pytest.mark.parametrize(
    ("labels", "why"),
    [
        ([-1, -1, -1], "they have no classes"),
        ([2, 2, 2], "they are of one class"),
        ([0, 1, 2], "no class has two of them"),
        ([0], "they are of one class"),
    ],
)
def test_without_classes_all_are_for_training(labels: list[int], why: str) -> None:
    parts = split(labelled(labels))
    assert parts.test is None
    assert len(parts.train) == len(labels)
    assert why in parts.told
    with pytest.raises(InputError, match=why) as caught:
        split(labelled(labels), accuracy=True)
    assert caught.value.code == "no_labels"


def test_images_without_a_class_are_for_training() -> None:
    parts = split(labelled([-1] * 10 + [0] * 10 + [1] * 10))
    assert len(parts.train) == 26
    assert class_counts(parts.test) == {"0": 2, "1": 2}


def test_parts_without_classes_give_no_accuracy(tmp_path: Path) -> None:
    parts = split(write(tmp_path, "train/1.png", "train/2.png", "test/3.png"))
    assert parts.test is None
    assert parts.train.ids == ("train/1.png", "train/2.png")
    assert "no accuracy" in parts.told


def test_what_is_neither_a_folder_nor_a_name(tmp_path: Path) -> None:
    write(tmp_path, "photos/a/1.png")
    with pytest.raises(UsageError, match=r"Did you mean .*photos"):
        split(str(tmp_path / "phots"))
    with pytest.raises(UsageError, match="Did you mean cifar10"):
        split("cifar_1o")
    with pytest.raises(InputError, match="cifar10 is not in"):
        split("cifar10", root=tmp_path)


def test_broken_links_stay_with_the_training_part(tmp_path: Path) -> None:
    names = [f"{name}/{i}.png" for name in ("cat", "dog") for i in range(5)]
    folder = write(tmp_path, *names)
    (folder / "cat/link.png").symlink_to("gone.png")
    assert [s.reason for s in split(folder).train.unreadable] == ["broken_link"]
