from __future__ import annotations

import operator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torch.utils.data import Dataset, Subset, TensorDataset

from augscore.errors import InputError, TensorError, UsageError
from augscore.images.collect import collect, collect_folder
from augscore.images.collection import aligned
from augscore.images.records import Picture, Skipped

PIXELS = torch.arange(4 * 3 * 16 * 16).reshape(4, 3, 16, 16).remainder(251).to(torch.uint8)


def write(folder: Path, *names: str) -> Path:
    for number, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((16, 16, 3), 10 * number, np.uint8)).save(path)
    return folder


def pixels_of(read: Picture | Skipped) -> torch.Tensor:
    assert isinstance(read, Picture)
    return read.pixels


def test_sub_folders_are_classes_and_paths_are_ids(tmp_path: Path) -> None:
    found = collect(write(tmp_path, "dog/1.png", "cat/deep/2.png", "top.png"))
    assert found.ids == ("cat/deep/2.png", "dog/1.png", "top.png")
    assert found.classes == ("cat", "dog")
    assert found.labels == (0, 1, None)
    assert [int(pixels_of(found.read(i)).max()) for i in range(3)] == [10, 0, 20]
    read = found.read(1)
    assert isinstance(read, Picture)
    assert read.id == "dog/1.png"


def test_a_folder_without_sub_folders_has_no_classes(tmp_path: Path) -> None:
    found = collect(str(write(tmp_path, "1.png", "2.png")))
    assert found.labels == (None, None)
    assert not found.labelled


def test_a_table_of_labels_stands_in_for_folders(tmp_path: Path) -> None:
    folder = write(tmp_path / "images", "a/1.png", "a/2.png", "b/3.png")
    table = tmp_path / "labels.csv"
    table.write_text("path,label\na/1.png,zebra\nb/3.png,ant\n")
    found = collect(folder, labels=table)
    assert found.classes == ("ant", "zebra")
    assert found.labels == (1, None, 0)
    with pytest.raises(UsageError, match="goes with a folder"):
        collect(PIXELS, labels=table)


def test_a_part_keeps_the_ids_of_the_whole(tmp_path: Path) -> None:
    write(tmp_path, "train/cat/1.png", "train/dog/2.png", "test/dog/3.png")
    found = collect_folder(tmp_path, part="train")
    assert found.ids == ("train/cat/1.png", "train/dog/2.png")
    assert found.classes == ("cat", "dog")
    read = found.read(0)
    assert isinstance(read, Picture)
    assert read.id == "train/cat/1.png"


def test_damaged_files_are_results(tmp_path: Path) -> None:
    write(tmp_path, "good.png")
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\nnothing")
    (tmp_path / "link.png").symlink_to(tmp_path / "gone.png")
    found = collect(tmp_path)
    assert found.ids == ("bad.png", "good.png")
    assert isinstance(found.read(0), Skipped)
    assert [skipped.reason for skipped in found.unreadable] == ["broken_link"]


@pytest.mark.parametrize("data", [PIXELS[:0], TensorDataset(PIXELS[:0])])
def test_nothing_is_told(data: Any, tmp_path: Path) -> None:
    for empty in (data, tmp_path):
        with pytest.raises(InputError) as caught:
            collect(empty)
        assert caught.value.code == "no_images"
        assert caught.value.exit_code == 3
    with pytest.raises(UsageError, match="cannot find"):
        collect(tmp_path / "nowhere")
    with pytest.raises(TensorError):
        collect(torch.zeros(2, 1, 16, 16))
    with pytest.raises(TensorError):
        collect(iter([1]))  # type: ignore[arg-type]


def test_a_tensor_has_places_for_ids() -> None:
    found = collect(PIXELS.float() / 255)
    assert (found.ids, found.classes, found.labelled) == ((0, 1, 2, 3), (), False)
    assert all(torch.equal(pixels_of(found.read(i)), PIXELS[i]) for i in range(4))


class Spoken(Dataset[Any]):
    """(image, label) with any label; counts how often an item is asked for."""

    def __init__(self, labels: list[Any]) -> None:
        self.values, self.asked = labels, 0

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, place: int) -> Any:
        self.asked += 1
        return PIXELS[place], self.values[place]


class Listed(Spoken):
    def __init__(self, labels: list[Any], targets: list[Any], classes: list[str]) -> None:
        super().__init__(labels)
        self.targets, self.classes = targets, classes


@pytest.mark.parametrize(
    ("labels", "numbers", "classes"),
    [
        ([7, 3, 7, 3], (1, 0, 1, 0), ("3", "7")),
        (["b", "a", "", "b"], (1, 0, None, 1), ("a", "b")),
        ([-1, np.int64(4), torch.tensor(2), -1], (None, 1, 0, None), ("2", "4")),
        ([10, 9, 2, 1], (3, 2, 1, 0), ("1", "2", "9", "10")),
        ([0.5, None, {"a": 1}, torch.ones(2)], (None,) * 4, ()),
    ],
)
def test_labels_of_items(
    labels: list[Any], numbers: tuple[int | None, ...], classes: tuple[str, ...]
) -> None:
    found = collect(Spoken(labels))
    assert found.labels == numbers
    assert found.classes == classes


def test_the_list_of_a_set_saves_reading_it_unless_it_lies() -> None:
    honest = Listed([1, 0, 1, 1], [1, 0, 1, 1], ["ant", "bee", "cat"])
    found = collect(honest)
    assert (found.labels, found.classes) == ((1, 0, 1, 1), ("ant", "bee", "cat"))
    assert honest.asked == 2
    shifted = Listed([2, 1, 2, 2], [1, 0, 1, 1], ["ant", "bee", "cat"])
    assert collect(shifted).labels == (2, 1, 2, 2)


def test_tensor_datasets_and_subsets_of_them() -> None:
    whole = TensorDataset(PIXELS, torch.tensor([3, 1, 3, 0]))
    assert collect(whole).labels == (2, 1, 2, 0)
    part = collect(Subset(whole, [3, 0]))
    assert (part.labels, part.classes) == ((0, 1), ("0", "3"))
    assert torch.equal(pixels_of(part.read(0)), PIXELS[3])
    assert not collect(TensorDataset(PIXELS)).labelled


def test_torchvisions_folders_agree_with_ours(tmp_path: Path) -> None:
    folder = write(tmp_path, "dog/1.png", "cat/2.png", "ant/3.png", "cat/4.png")
    theirs, ours = collect(torchvision.datasets.ImageFolder(tmp_path)), collect(folder)
    assert theirs.classes == ours.classes
    assert theirs.labels == ours.labels
    for i in range(4):
        assert torch.equal(pixels_of(theirs.read(i)), pixels_of(ours.read(i)))


def test_selecting_keeps_ids_labels_and_pixels_together() -> None:
    found = collect(TensorDataset(PIXELS, torch.tensor([3, 1, 3, 0]))).select([3, 1, 2])
    again = found.select([2, 0])
    assert again.ids == (2, 3)
    assert [again.classes[n or 0] for n in again.labels] == ["3", "0"]
    assert torch.equal(pixels_of(again.read(0)), PIXELS[2])
    assert len({found.fingerprint, again.fingerprint, found.select([0, 2]).fingerprint}) == 3


def test_fingerprints_follow_what_matters(tmp_path: Path) -> None:
    folder = write(tmp_path, "a/1.png", "b/2.png")
    first = collect(folder).fingerprint
    assert collect(folder).fingerprint == first
    (folder / "a/1.png").write_bytes((folder / "a/1.png").read_bytes() + b"x")
    assert collect(folder).fingerprint != first
    other = PIXELS.clone()
    other[3, 2, 15, 15] += 1
    assert collect(other).fingerprint != collect(PIXELS).fingerprint
    assert collect(PIXELS.clone()).fingerprint == collect(PIXELS).fingerprint
    assert len(collect(PIXELS.to(torch.bfloat16) / 255).fingerprint) == 32


def test_aligned_collections_share_the_numbers_of_their_classes() -> None:
    a = collect(Spoken(["cat", "ant"]))
    b = collect(Spoken(["bee", "cat"]))
    for before, after in zip((a, b), aligned(a, b), strict=True):
        assert after.classes == ("ant", "bee", "cat")
        names = [after.classes[operator.index(n)] for n in after.labels if n is not None]
        assert names == [before.classes[n] for n in before.labels if n is not None]
