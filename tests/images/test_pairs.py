from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.errors import InputError, UsageError
from augscore.images.pairs import Pair, match, open_pairs, read_pairs
from augscore.images.records import Candidate, Ignored, Skipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("data/a.jpg", "data/b.jpg", "data/sub/c.jpg", "outside.jpg"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path / "data"


def table(folder: Path, data: bytes) -> Path:
    path = folder / "pairs.csv"
    path.write_bytes(data)
    return path


def pairs(path: Path) -> list[Pair | Skipped]:
    return list(read_pairs(open_pairs(path)))


def short(found: Pair | Skipped | Ignored) -> tuple[str, str]:
    if isinstance(found, Pair):
        return found.reference.name, found.distorted.name
    return found.name, found.reason


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_bad_63_marks_line_ends_and_delimiters(
    folder: Path, mark: bytes, end: str, delimiter: str
) -> None:
    lines = [
        ["mos", "distorted", "reference"],
        ["3", '"b.jpg"', "a.jpg"],
        [],
        ["4", "sub/c.jpg", "a.jpg"],
    ]
    text = end.join(delimiter.join(line) for line in lines)
    opened = open_pairs(table(folder, mark + text.encode()))
    assert (opened.rows, opened.delimiter) == (2, delimiter)
    found = list(read_pairs(opened))
    assert found == [
        Pair(
            Candidate(folder / "a.jpg", "a.jpg"),
            Candidate(folder / name, name),
            (("mos", mos),),
        )
        for name, mos in (("b.jpg", "3"), ("sub/c.jpg", "4"))
    ]


def test_bad_63_line_ends_inside_a_cell_are_kept(folder: Path) -> None:
    (pair,) = pairs(table(folder, b'reference,distorted,remark\na.jpg,b.jpg,"x\r\ny"\n'))
    assert isinstance(pair, Pair)
    assert pair.extras == (("remark", "x\r\ny"),)


def test_bad_63_missing_column(folder: Path) -> None:
    with pytest.raises(UsageError) as caught:
        open_pairs(table(folder, b"Referense,distorted,mos\na.jpg,b.jpg,1\n"))
    assert caught.value.code == "pairs_format"
    assert "'Referense', 'distorted', 'mos'" in caught.value.message
    assert caught.value.hint == "'Referense' should be 'reference'"
    with pytest.raises(UsageError, match="no header"):
        open_pairs(table(folder, b""))


def test_bad_63_header_only(folder: Path) -> None:
    with pytest.raises(InputError, match="no rows") as caught:
        open_pairs(table(folder, b"reference,distorted\n\n"))
    assert caught.value.code == "pairs_format"


@pytest.mark.parametrize(("row", "line"), [(b"a\0.jpg,b.jpg", 3), (b"a.jpg," + b"x" * 131_073, 3)])
def test_bad_63_lines_that_are_not_csv(folder: Path, row: bytes, line: int) -> None:
    data = b"reference,distorted\na.jpg,b.jpg\n" + row + b"\n"
    with pytest.raises(InputError, match=f"line {line}") as caught:
        open_pairs(table(folder, data))
    assert caught.value.code == "pairs_format"


def test_bad_63_utf_16_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match="not UTF-8"):
        open_pairs(table(folder, "reference,distorted\na.jpg,b.jpg\n".encode("utf-16")))


def test_bad_63_duplicate_rows_are_kept_with_a_note(folder: Path) -> None:
    data = b"reference,distorted\na.jpg,b.jpg\n./a.jpg,sub/../b.jpg\nb.jpg,a.jpg\n"
    found = pairs(table(folder, data))
    assert [p.notes for p in found if isinstance(p, Pair)] == [(), ("duplicate",), ()]


def test_bad_64_where_paths_lead(folder: Path) -> None:
    absolute = folder / "a.jpg"
    rows = f"reference,distorted\n{absolute},b.jpg\n../outside.jpg,b.jpg\n"
    inside, outside = pairs(table(folder, rows.encode()))
    assert isinstance(inside, Pair)
    assert isinstance(outside, Pair)
    assert (inside.reference.name, inside.notes) == ("a.jpg", ())
    assert (outside.reference.name, outside.notes) == ("../outside.jpg", ("outside_root",))
    assert outside.reference.path.samefile(folder.parent / "outside.jpg")


def test_bad_64_missing_counterparts_are_named(folder: Path) -> None:
    rows = b"reference,distorted\na.jpg,no.jpg\nno.jpg,b.jpg\na.jpg\n,\na.jpg,b.jpg,extra\n"
    found = pairs(table(folder, rows))
    assert [short(f) for f in found] == [
        ("no.jpg", "missing_counterpart"),
        ("b.jpg", "missing_counterpart"),
        ("a.jpg", "missing_counterpart"),
        ("a.jpg", "b.jpg"),
    ]
    assert isinstance(found[0], Skipped)
    assert found[0].detail == "distorted 'no.jpg' does not exist"
    assert isinstance(found[1], Skipped)
    assert found[1].detail == "reference 'no.jpg' does not exist"
    assert isinstance(found[2], Skipped)
    assert found[2].detail == "line 4 names no distorted"


def test_bad_01_missing_table(folder: Path) -> None:
    table(folder, b"x")
    with pytest.raises(UsageError) as caught:
        open_pairs(folder / "pair.csv")
    assert caught.value.code == "not_found"
    assert "pairs.csv" in caught.value.hint


cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20
).filter(lambda cell: cell.strip() == cell)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=5), st.sampled_from(",;\t"))
def test_any_text_in_a_table_ends_as_one_row_each(
    rows: list[tuple[str, str]], delimiter: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([("reference", "distorted"), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pairs.csv"
        path.write_bytes(text.getvalue().encode())
        opened = open_pairs(path)
        found = list(read_pairs(opened))
    assert opened.rows == len(found) == len(rows)


def test_match_takes_the_same_names(tmp_path: Path) -> None:
    def touch(*names: str) -> None:
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(b"x")

    touch("aug/a.jpg", "aug/b.png", "aug/c.png", "aug/s/d.jpg", "aug/extra.jpg", "aug/n.txt")
    touch("orig/a.jpg", "orig/a.png", "orig/b.jpg", "orig/c.jpg", "orig/c.gif", "orig/s/d.jpg")
    found = list(match(tmp_path / "aug", tmp_path / "orig"))
    assert [short(f) for f in found] == [
        ("a.jpg", "a.jpg"),
        ("b.jpg", "b.png"),
        ("c.png", "missing_counterpart"),
        ("extra.jpg", "missing_counterpart"),
        ("n.txt", "other_extension"),
        ("s/d.jpg", "s/d.jpg"),
        ("a.png", "missing_counterpart"),
        ("c.gif", "missing_counterpart"),
        ("c.jpg", "missing_counterpart"),
    ]
    assert isinstance(found[0], Pair)
    assert found[0].reference.path == tmp_path / "orig/a.jpg"


def test_match_refuses_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "x.jpg").write_bytes(b"x")
    with pytest.raises(UsageError) as caught:
        match(tmp_path, tmp_path / "x.jpg")
    assert caught.value.code == "not_a_folder"
    with pytest.raises(UsageError) as caught:
        match(tmp_path / "nothing", tmp_path)
    assert caught.value.code == "not_found"
