"""Images that were augmented elsewhere: tables of pairs and folders with the same names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageFilter

from augscore.measuring.measurement import Measurement
from augscore.measuring.sources import matched_source, pairs_source

Run = Callable[..., Measurement]


@pytest.fixture
def folders(scenes: Path, tmp_path: Path) -> Path:
    """original/ and blurred/ with four pictures each; the first of blurred/ is a plain copy."""
    for name in ("original", "blurred"):
        (tmp_path / name).mkdir()
    for i, path in enumerate(sorted(scenes.iterdir())[:4]):
        image = Image.open(path).convert("RGB")
        image.save(tmp_path / "original" / path.name)
        changed = image.filter(ImageFilter.GaussianBlur(2)) if i else image
        changed.save(tmp_path / "blurred" / path.name)
    return tmp_path


def write_pairs(folder: Path, rows: list[str]) -> Path:
    path = folder / "pairs.csv"
    path.write_text("\n".join(["reference,distorted", *rows]) + "\n")
    return path


def test_an_identical_pair_reads_0_and_a_blurred_one_more(run: Run, folders: Path) -> None:
    result = run(matched_source(folders / "blurred", folders / "original"))
    strengths = [row.reading.strength for row in result.pairs]
    assert strengths[0] == 0
    assert result.pairs[0].reading.pixel_rms == 0
    assert min(strengths[1:]) > 0
    assert result.images == ()
    assert result.config.policy is None
    assert result.config.size == 48
    assert [row.reference for row in result.pairs] == [f"scene-{i:02d}.png" for i in range(4)]
    assert all(row.reading.draw is None for row in result.pairs)


def test_a_table_gives_the_numbers_of_the_folders(run: Run, folders: Path) -> None:
    rows = [f"original/scene-{i:02d}.png,blurred/scene-{i:02d}.png" for i in (2, 0, 1, 3)]
    by_table = run(pairs_source(write_pairs(folders, rows)))
    by_folder = run(matched_source(folders / "blurred", folders / "original"))
    assert [row.reference for row in by_table.pairs][:2] == [
        "original/scene-02.png",
        "original/scene-00.png",
    ]
    ordered = [by_folder.pairs[i] for i in (2, 0, 1, 3)]
    for one, other in zip(by_table.pairs, ordered, strict=True):
        assert one.reading.strength == other.reading.strength
        assert one.typicality == other.typicality
        assert one.reading.score_shift == other.reading.score_shift


def test_batches_do_not_matter(run: Run, folders: Path) -> None:
    source = matched_source(folders / "blurred", folders / "original")
    assert run(source, batch_size=3).pairs == run(source).pairs


def test_swapping_a_pair_keeps_strength_and_turns_the_shift(run: Run, folders: Path) -> None:
    there = write_pairs(folders, ["original/scene-01.png,blurred/scene-01.png"])
    one = run(pairs_source(there)).pairs[0].reading
    back = write_pairs(folders, ["blurred/scene-01.png,original/scene-01.png"])
    two = run(pairs_source(back)).pairs[0].reading
    assert two.strength == one.strength
    assert two.score_shift == pytest.approx(-one.score_shift)
    assert one.score_shift != 0


def test_files_without_counterpart_and_bad_members_are_skipped(run: Run, folders: Path) -> None:
    (folders / "blurred" / "scene-00.png").unlink()
    (folders / "original" / "scene-02.png").write_bytes(b"no image")
    (folders / "blurred" / "extra.png").write_bytes(
        (folders / "blurred" / "scene-01.png").read_bytes()
    )
    result = run(matched_source(folders / "blurred", folders / "original"))
    assert [row.distorted for row in result.pairs] == ["scene-01.png", "scene-03.png"]
    reasons = {s.name: s.reason for s in result.skipped}
    assert reasons["scene-00.png"] == "missing_counterpart"
    assert reasons["extra.png"] == "missing_counterpart"
    assert "scene-02.png" in reasons
    data = result.data
    assert data.found == data.measured + data.skipped + data.ignored + data.left_out


def test_members_of_other_sizes_are_brought_to_one_and_noted(run: Run, folders: Path) -> None:
    with Image.open(folders / "original" / "scene-01.png") as image:
        half = image.resize((28, 28))
        wide = image.resize((56, 28))
    half.save(folders / "blurred" / "scene-01.png")
    wide.save(folders / "blurred" / "scene-02.png")
    result = run(matched_source(folders / "blurred", folders / "original"))
    assert "size_differs" in result.pairs[1].notes
    assert "aspect_differs" not in result.pairs[1].notes
    assert "aspect_differs" in result.pairs[2].notes
    assert result.pairs[0].notes == ()


def test_limits_and_samples_choose_among_pairs(run: Run, folders: Path) -> None:
    source = matched_source(folders / "blurred", folders / "original")
    first = run(source, limit=2)
    assert [row.reference for row in first.pairs] == ["scene-00.png", "scene-01.png"]
    assert (first.data.measured, first.data.left_out) == (2, 2)
    assert run(source, sample=3).data.measured == 3


def test_a_pair_alone_has_no_relative_strength(run: Run, folders: Path) -> None:
    path = write_pairs(folders, ["original/scene-01.png,blurred/scene-01.png"])
    assert run(pairs_source(path)).pairs[0].reading.strength_relative is None


def test_typicality_is_that_of_the_reference(run: Run, folders: Path) -> None:
    source = matched_source(folders / "blurred", folders / "original")
    swapped = matched_source(folders / "original", folders / "blurred")
    alone = {row.path: row.typicality for row in run(folders / "original").images}
    assert {row.reference: row.typicality for row in run(source).pairs} == {
        row.reference: alone[row.reference] for row in run(source).pairs
    }
    assert [row.typicality for row in run(swapped).pairs] != [
        row.typicality for row in run(source).pairs
    ]
