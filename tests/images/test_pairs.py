from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.errors import UsageError
from augscore.images.pairs import Pair, match, open_pairs, read_pairs
from augscore.images.records import Ignored, Skipped


def short(found: Pair | Skipped | Ignored) -> tuple[str, str]:
    if isinstance(found, Pair):
        return found.reference.name, found.distorted.name
    return found.name, found.reason


def test_bad_01_missing_table(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_bytes(b"x")
    with pytest.raises(UsageError) as caught:
        open_pairs(tmp_path / "pair.csv")
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
