from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from augscore.errors import UsageError
from augscore.images import batches
from augscore.images.batches import auto_workers, in_order, read
from augscore.images.find import find
from augscore.images.records import Candidate, Found, Ignored, Picture, Read, Skipped


@pytest.fixture
def folder(tmp_path: Path, photo: Image.Image) -> Path:
    """Sizes differ, so that later files are often ready first."""
    for index in range(12):
        size = (900, 700) if index % 3 == 0 else (40, 30)
        photo.resize(size).rotate(index).save(tmp_path / f"{index:02d}.jpg")
    (tmp_path / "notes.txt").write_text("x")
    return tmp_path


def told(results: Iterator[Read]) -> list[tuple[object, ...]]:
    return [
        (r.id, r.notes, r.pixels.shape, int(r.pixels.long().sum()))
        if isinstance(r, Picture)
        else (r.name, r.reason)
        for r in results
    ]


def decoding_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("augscore-decode")]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_order_and_pixels_do_not_depend_on_the_workers(folder: Path, workers: int) -> None:
    alone = told(read(find([folder]), workers=0))
    assert [row[0] for row in alone] == [f"{i:02d}.jpg" for i in range(12)] + ["notes.txt"]
    assert told(read(find([folder]), workers=workers)) == alone
    assert decoding_threads() == []


@pytest.mark.parametrize("workers", [0, 2])
def test_a_bad_file_between_good_ones_changes_nothing(folder: Path, workers: int) -> None:
    before = told(read(find([folder]), workers=workers))
    whole = (folder / "00.jpg").read_bytes()
    (folder / "03b.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "07b.jpg").symlink_to("nothing")
    after = told(read(find([folder]), workers=workers))
    bad = [("03b.jpg", "truncated"), ("07b.jpg", "broken_link")]
    assert [row for row in after if row not in bad] == before
    assert [row for row in after if row in bad] == bad
    assert len(after) == sum(1 for _ in find([folder]))


def test_few_files_wait_for_a_slow_reader(folder: Path) -> None:
    taken: list[Found] = []

    def counted() -> Iterator[Found]:
        for index in range(500):
            taken.append(Candidate(folder / "01.jpg", str(index)))
            yield taken[-1]

    results = read(counted(), workers=2)
    for _ in range(3):
        next(results)
    assert len(taken) <= 12
    results.close()  # type: ignore[attr-defined]
    assert decoding_threads() == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_an_exception_passes_and_leaves_no_thread(folder: Path, error: Any) -> None:
    def broken() -> Iterator[Found]:
        for index in range(20):
            yield Candidate(folder / "00.jpg", str(index))
        raise error

    with pytest.raises(error):
        list(read(broken(), workers=2))
    assert decoding_threads() == []


def test_work_still_queued_is_dropped_on_the_way_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []

    def slow(candidate: Candidate, **options: Any) -> Read:
        time.sleep(0.01)
        decoded.append(candidate.name)
        return Skipped(candidate.name, "slow", "x")

    monkeypatch.setattr(batches, "decode", slow)
    results = read((Candidate(folder, str(i)) for i in range(100)), workers=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert len(decoded) < 9


def test_what_was_not_decoded_passes_through() -> None:
    items: list[Found] = [Skipped("a", "permission", "x"), Ignored("b", "other_extension")]
    assert list(read(items, workers=2)) == items
    assert list(read(items, workers=0)) == items


def test_negative_workers_are_refused_at_once() -> None:
    with pytest.raises(UsageError):
        read([], workers=-1)


@pytest.mark.parametrize(("cores", "workers"), [(16, 8), (9, 8), (4, 3), (2, 1), (1, 1)])
def test_auto_workers(monkeypatch: pytest.MonkeyPatch, cores: int, workers: int) -> None:
    monkeypatch.setattr(batches, "usable_cores", lambda: cores)
    assert auto_workers() == workers


def test_bad_56_a_file_that_is_waited_for_is_named_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PATIENCE", 0.05)
    released = threading.Event()
    named: list[int] = []

    def function(item: int) -> int:
        assert item != 3 or released.wait(60)
        return -item

    def slow(item: int) -> None:
        named.append(item)
        released.set()

    assert list(in_order(range(6), function, workers=2, slow=slow)) == [0, -1, -2, -3, -4, -5]
    assert named == [3]


def test_the_pixel_limit_reaches_the_decoder(folder: Path) -> None:
    for workers in (0, 1):
        results = list(read(find([folder]), workers=workers, max_pixels=1200))
        kept = [r for r in results if isinstance(r, Picture)]
        assert len(kept) == 8
        assert {tuple(r.pixels.shape) for r in kept} == {(3, 30, 40)}
