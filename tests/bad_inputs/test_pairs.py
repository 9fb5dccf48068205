"""F. Tables of pairs: whatever a spreadsheet writes, and where its paths lead."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from augscore.errors import InputError, UsageError
from augscore.images.pairs import Pair, open_pairs, read_pairs
from augscore.images.records import Candidate, Skipped
from augscore.measuring.subjects import Subject, subject
from tests.bad_inputs import make


@pytest.fixture
def tables(tmp_path: Path, photo: Image.Image) -> Path:
    make.bad_63_pair_tables(tmp_path, photo)
    return tmp_path


@pytest.fixture
def paths(tmp_path: Path, photo: Image.Image) -> list[Pair | Skipped]:
    make.bad_64_pair_paths(tmp_path, photo)
    return read_table(tmp_path / "data/pairs.csv")


def read_table(path: Path) -> list[Pair | Skipped]:
    return list(read_pairs(open_pairs(path)))


@pytest.mark.parametrize(
    ("separator", "end", "mark"), [*product(make.SEPARATORS, make.LINE_ENDS, make.MARKS)]
)
def test_bad_63_marks_line_ends_delimiters_quotes_and_further_columns(
    tables: Path, separator: str, end: str, mark: str
) -> None:
    opened = open_pairs(tables / f"{separator}-{end}-{mark}.csv")
    assert opened.delimiter == make.SEPARATORS[separator]
    first = Candidate(tables / "a.jpg", "a.jpg")
    second = Candidate(tables / "b.jpg", "b.jpg")
    assert list(read_pairs(opened)) == [
        Pair(first, second, (("mos", "3"), ("remark", "two, three; four"))),
        Pair(second, first, (("mos", "4"), ("remark", "x"))),
    ]
    assert opened.rows == 2


def test_bad_63_line_ends_inside_a_cell_are_kept(tables: Path) -> None:
    (pair,) = read_table(tables / "cell.csv")
    assert isinstance(pair, Pair)
    assert pair.extras == (("remark", "x\r\ny"),)


def test_bad_63_missing_column(tables: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_pairs(tables / "missing.csv")
    assert (caught.value.code, caught.value.exit_code) == ("pairs_format", 2)
    assert "'Referense', 'distorted', 'mos'" in caught.value.message
    assert caught.value.hint == "'Referense' should be 'reference'"
    with pytest.raises(UsageError, match="no header") as caught:
        open_pairs(tables / "empty.csv")
    assert caught.value.code == "pairs_format"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("header.csv", "no rows"),
        ("nul.csv", "line 3: NUL"),
        ("long.csv", "line 3: field larger than field limit"),
        ("utf16.csv", "not UTF-8"),
    ],
)
def test_bad_63_tables_that_cannot_be_used(tables: Path, name: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        open_pairs(tables / name)
    assert (caught.value.code, caught.value.exit_code) == ("pairs_format", 3)


def test_bad_63_duplicate_rows_are_kept_with_a_note(tables: Path) -> None:
    found = read_table(tables / "duplicates.csv")
    assert [p.notes for p in found if isinstance(p, Pair)] == [(), ("duplicate",), ()]


def test_bad_64_where_paths_lead(paths: list[Pair | Skipped], tmp_path: Path) -> None:
    relative, absolute, outside = paths[:3]
    assert isinstance(relative, Pair)
    assert isinstance(absolute, Pair)
    assert isinstance(outside, Pair)
    assert (relative.reference.name, relative.notes) == ("sub/whole.png", ())
    assert (absolute.reference.name, absolute.notes) == ("sub/whole.png", ())
    assert (outside.reference.name, outside.notes) == ("../outside.jpg", ("outside_root",))
    assert outside.reference.path.samefile(tmp_path / "outside.jpg")


def test_bad_64_missing_counterparts_are_named(paths: list[Pair | Skipped]) -> None:
    missing = [p for p in paths[3:] if isinstance(p, Skipped)]
    assert {p.reason for p in missing} == {"missing_counterpart"}
    assert [(p.name, p.detail) for p in missing] == [
        ("no.png", "distorted 'no.png' does not exist"),
        ("sub/whole.png", "reference 'no.png' does not exist"),
        ("sub/whole.png", "line 7 names no distorted"),
    ]


def test_bad_64_a_member_that_is_no_file_is_skipped(paths: list[Pair | Skipped]) -> None:
    last = paths[-1]
    assert isinstance(last, Pair)
    result = subject(last)
    assert isinstance(result, Skipped)
    assert (result.name, result.reason) == ("sub", "not_regular")


def test_bad_64_members_of_other_sizes_are_measured_with_a_note(
    paths: list[Pair | Skipped],
) -> None:
    notes = []
    for pair in paths[:3]:
        assert isinstance(pair, Pair)
        result = subject(pair)
        assert isinstance(result, Subject)
        notes.append(result.notes)
    assert notes == [(), ("size_differs",), ("outside_root", "size_differs", "aspect_differs")]
