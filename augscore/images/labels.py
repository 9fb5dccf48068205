"""Classes of images: the folders they lie in, or a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from augscore.images.table import open_table, table_rows

Labels = Callable[[str], str | None]

_COLUMNS = ("path", "label")


def folder_label(name: str) -> str | None:
    """`cat/deep/1.jpg` → `cat`, as in every folder-per-class data set; None at the top."""
    first, slash, _ = name.partition("/")
    return first if slash else None


def read_labels(path: Path) -> Labels:
    """Classes from a table with the columns path (as in the rows of a result) and label.

    An empty label is none; of two rows for one path the last counts. Raises as `open_table`, with
    the code `labels_format`.
    """
    table = open_table(path, _COLUMNS, code="labels_format")
    rows = (row for _, row in table_rows(table))
    by_path = {row["path"]: row["label"].strip() for row in rows}
    return lambda name: by_path.get(name) or None
