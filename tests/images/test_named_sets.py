from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
import torchvision

from augscore.errors import HostError, InputError, UsageError
from augscore.images.named_sets import SETS, collect_named, is_set_name
from augscore.images.records import Picture


@pytest.fixture
def cifar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root folder with a CIFAR-10 of 2 images a file, whose checksums are taken for right."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for number, name in enumerate([f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]):
        data = np.full((2, 3072), number, np.uint8)
        (folder / name).write_bytes(pickle.dumps({"data": data, "labels": [number, 9]}))
    names = [f"name{i}" for i in range(10)]
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": names}))
    kind = torchvision.datasets.CIFAR10
    monkeypatch.setattr(kind, "_check_integrity", lambda self: True)
    monkeypatch.setattr(torchvision.datasets.cifar, "check_integrity", lambda *_: True)
    return tmp_path


def test_the_parts_of_a_set(cifar: Path) -> None:
    train = collect_named("cifar10", "train", root=cifar)
    test = collect_named("CIFAR-10", "test", root=cifar)
    assert (len(train), len(test)) == (10, 2)
    assert train.classes == test.classes == tuple(f"name{i}" for i in range(10))
    assert train.labels == (0, 9, 1, 9, 2, 9, 3, 9, 4, 9)
    assert test.labels == (5, 9)
    read = test.read(0)
    assert isinstance(read, Picture)
    assert torch.equal(read.pixels, torch.full((3, 32, 32), 5, dtype=torch.uint8))
    assert train.name == "cifar10 (train)"


@pytest.mark.parametrize("name", SETS)
def test_absent_files_are_told_with_where_they_belong(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        collect_named(name, "train", root=tmp_path)
    assert caught.value.code == "data_missing"
    assert caught.value.exit_code == 3
    assert str(tmp_path) in caught.value.message
    assert SETS[name].holds in caught.value.hint


def test_a_download_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: object) -> None:
        raise OSError("no route to host")

    monkeypatch.setattr(torchvision.datasets.CIFAR100, "download", refused)
    with pytest.raises(HostError, match="no route to host") as caught:
        collect_named("cifar100", "train", root=tmp_path, download=True)
    assert caught.value.code == "download_failed"


def test_every_set_is_one_of_torchvisions() -> None:
    assert all(hasattr(torchvision.datasets, row.cls) for row in SETS.values())


def test_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_set_name("cifar10")
    assert is_set_name("Fashion_MNIST")
    assert not is_set_name("photos")
    assert not is_set_name(Path("cifar10"))
    with pytest.raises(UsageError, match="cifar100"):
        collect_named("cifar1000", "train")
    monkeypatch.chdir(tmp_path)
    Path("cifar10").mkdir()
    assert not is_set_name("cifar10")
