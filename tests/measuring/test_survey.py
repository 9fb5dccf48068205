"""The first walk: counts, choices and a fingerprint, without reading a single image."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from augscore import keys
from augscore.images.records import Candidate, Ignored, Skipped
from augscore.keys import ImageId
from augscore.measuring import survey as survey_module
from augscore.measuring.sources import Entry, Source, entry_id, folder_source, memory_source
from augscore.measuring.survey import Choice, Survey, survey
from augscore.runtime import Progress


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty files that are no images, and one that is none by its name."""
    for i in range(40):
        (tmp_path / f"{i:02d}.jpg").write_bytes(b"x" * (i + 1))
    (tmp_path / "notes.txt").touch()
    return tmp_path


def of(folder: Path, choice: Choice | None = None) -> Survey:
    return survey(folder_source([folder]), choice or Choice(), lambda event: None, lambda: None)


def names(found: Survey) -> list[str]:
    return [str(entry_id(offer)) for offer in found.yardstick]


def test_the_yardstick_goes_by_keys_with_some_to_spare(folder: Path) -> None:
    found = of(folder)
    every = [f"{i:02d}.jpg" for i in range(40)]
    by_key = sorted(every, key=lambda name: keys.rank(name, purpose="yardstick", seed=0))
    assert found.wanted == 40
    assert names(found) == by_key
    assert found.sample is None


def test_a_limit_and_a_sample_also_choose_the_yardstick(folder: Path) -> None:
    limited = of(folder, Choice(limit=5))
    assert (limited.wanted, sorted(names(limited))) == (5, [f"{i:02d}.jpg" for i in range(5)])
    sampled = of(folder, Choice(sample=6))
    assert sampled.wanted == 6
    assert sampled.sample == frozenset[ImageId](names(sampled))
    both = of(folder, Choice(sample=6, limit=2))
    assert (both.wanted, sorted(names(both))) == (2, sorted(names(sampled))[:2])


def test_the_fingerprint_changes_with_names_sizes_and_times(folder: Path) -> None:
    first = of(folder).fingerprint
    assert of(folder).fingerprint == first
    (folder / "more.txt").touch()
    assert of(folder).fingerprint == first
    seen = {first}
    (folder / "07.jpg").write_bytes(b"longer than before")
    seen.add(of(folder).fingerprint)
    os.utime(folder / "07.jpg", ns=(1, 1))
    seen.add(of(folder).fingerprint)
    (folder / "07.jpg").rename(folder / "07b.jpg")
    seen.add(of(folder).fingerprint)
    (folder / "08.jpg").unlink()
    seen.add(of(folder).fingerprint)
    (folder / "09b.jpg").symlink_to("nothing")
    seen.add(of(folder).fingerprint)
    assert len(seen) == 6


def test_bad_16_progress_comes_before_the_walk_goes_on() -> None:
    """Whoever waits for 100,000 files sees the first event when the first file is found."""
    walked = 0
    told: list[tuple[int, Progress]] = []

    def entries() -> Iterator[Entry]:
        nonlocal walked
        for i in range(100_000):
            walked += 1
            yield Candidate(Path("nowhere"), f"{i}.jpg") if i % 2 else Ignored(f"{i}", "x")

    source = Source("many", entries)
    found = survey(source, Choice(), lambda event: told.append((walked, event)), lambda: None)
    assert told[0][0] <= 2
    assert [event.done for _, event in told] == list(range(0, 50_000, 1000))
    assert found.wanted == 50_000
    assert len(found.yardstick) == survey_module.YARDSTICK_IMAGES + survey_module.SPARE_IMAGES


def test_a_signal_ends_the_walk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "_TOLD_EVERY", 10)
    asked = iter([None, None, "SIGINT"])
    found = survey(folder_source([folder]), Choice(), lambda event: None, lambda: next(asked))
    assert found.wanted == 20


def test_a_data_set_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def __len__(self) -> int:
            return 50

        def __getitem__(self, index: int, /) -> torch.Tensor:
            raise AssertionError("read during the survey")

    found = survey(memory_source(Refusing()), Choice(sample=40), lambda event: None, lambda: None)
    assert (found.wanted, len(found.yardstick)) == (40, 40)


def test_what_is_skipped_or_ignored_is_not_wanted() -> None:
    source = Source("x", lambda: iter([Skipped("a", "broken_link", ""), Ignored("b", "x")]))
    found = survey(source, Choice(), lambda event: None, lambda: None)
    assert (found.wanted, found.yardstick) == (0, ())
