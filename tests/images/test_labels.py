"""Classes by folder and by table."""

from __future__ import annotations

from pathlib import Path

import pytest

from augscore.errors import InputError, UsageError
from augscore.images.labels import folder_label, read_labels


@pytest.mark.parametrize(
    ("name", "label"),
    [("cat/1.jpg", "cat"), ("cat/deep/1.jpg", "cat"), ("1.jpg", None), ("a\\b.jpg", None)],
)
def test_the_first_folder_is_the_class(name: str, label: str | None) -> None:
    assert folder_label(name) == label


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_of_classes(tmp_path: Path, delimiter: str) -> None:
    rows = [
        ("label", "more", "path"),
        ("cat", "x", "a.jpg"),
        ("", "", "b.jpg"),
        ("dog", "", "a.jpg"),
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    (tmp_path / "labels.csv").write_text("\ufeff" + text)
    labels = read_labels(tmp_path / "labels.csv")
    assert [labels(name) for name in ("a.jpg", "b.jpg", "c.jpg")] == ["dog", None, None]


def test_tables_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("path,labels\na,b\n")
    with pytest.raises(UsageError, match="no column 'label'") as caught:
        read_labels(path)
    assert (caught.value.code, caught.value.hint) == (
        "labels_format",
        "'labels' should be 'label'",
    )
    path.write_text("path,label\n")
    with pytest.raises(InputError, match="no rows"):
        read_labels(path)
    with pytest.raises(UsageError, match="cannot find"):
        read_labels(tmp_path / "label.csv")
