"""F. Moving ground: a file is read once, and what was read is what is told."""

from __future__ import annotations

import builtins
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from augscore.images import decode as module
from augscore.images.batches import read
from augscore.images.decode import decode
from augscore.images.find import find
from augscore.images.records import Candidate, Picture, Skipped
from tests.bad_inputs import make
from tests.bad_inputs.encode import encode, jpeg
from tests.bad_inputs.pixels import planes


def before_opening(monkeypatch: pytest.MonkeyPatch, action: Callable[[Path], None]) -> list[str]:
    """Run `action` on a file just before it is opened to be read; returns what was opened."""
    opened: list[str] = []

    def slow_open(path: Any, *arguments: Any) -> Any:
        opened.append(Path(path).name)
        action(Path(path))
        return builtins.open(path, *arguments)

    monkeypatch.setattr(module, "open", slow_open, raising=False)
    return opened


def digest_of(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()


@pytest.mark.parametrize("workers", [0, 2])
def test_bad_56_a_file_vanishes_between_walk_and_reading(
    tmp_path: Path, photo: Image.Image, workers: int
) -> None:
    for name in ("1.jpg", "2.jpg", "3.jpg"):
        make.put(tmp_path, name, jpeg(photo))
    found = list(find([tmp_path]))
    (tmp_path / "2.jpg").unlink()
    first, second, third = read(found, workers=workers)
    assert isinstance(second, Skipped)
    assert (second.name, second.reason) == ("2.jpg", "vanished")
    assert isinstance(first, Picture)
    assert isinstance(third, Picture)


def test_bad_56_a_file_vanishes_before_it_is_opened(
    tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.put(tmp_path, "a.jpg", jpeg(photo))
    before_opening(monkeypatch, os.unlink)
    result = decode(Candidate(tmp_path / "a.jpg", "a.jpg"))
    assert isinstance(result, Skipped)
    assert result.reason == "vanished"


def test_bad_56_a_folder_vanishes(tmp_path: Path, photo: Image.Image) -> None:
    for name in ("a/1.jpg", "b/2.jpg", "c/3.jpg"):
        make.put(tmp_path, name, jpeg(photo))
    stream = find([tmp_path])
    next(stream)
    (tmp_path / "b/2.jpg").unlink()
    (tmp_path / "b").rmdir()
    gone, then = stream
    assert isinstance(gone, Skipped)
    assert (gone.name, gone.reason) == ("b", "vanished")
    assert isinstance(then, Candidate)


def test_bad_56_a_replaced_file_is_read_once_and_digested_as_read(
    tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = encode(photo.rotate(180), "PNG")
    make.put(tmp_path, "a.png", encode(photo, "PNG"))
    opened = before_opening(monkeypatch, lambda path: put_in_its_place(path, new))
    result = decode(Candidate(tmp_path / "a.png", "a.png"))
    assert isinstance(result, Picture)
    assert opened == ["a.png"]
    assert torch.equal(result.pixels, planes(photo.rotate(180)))
    assert result.digest == digest_of(new)


def put_in_its_place(path: Path, data: bytes) -> None:
    make.put(path.parent, "new", data)
    os.replace(path.parent / "new", path)


def test_bad_56_a_file_that_grows_is_judged_by_what_was_read(
    tmp_path: Path, photo: Image.Image, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = jpeg(photo)
    make.put(tmp_path, "a.jpg", whole[:1000])
    before_opening(monkeypatch, lambda path: make.put(path.parent, path.name, whole))
    result = decode(Candidate(tmp_path / "a.jpg", "a.jpg"))
    assert isinstance(result, Picture)
    assert result.digest == digest_of(whole)
    make.put(tmp_path, "b.jpg", whole[:1000])
    monkeypatch.undo()
    partial = decode(Candidate(tmp_path / "b.jpg", "b.jpg"))
    assert isinstance(partial, Skipped)
    assert partial.reason == "truncated"
