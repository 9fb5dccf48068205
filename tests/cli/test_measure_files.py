"""The single files of `measure`."""

from __future__ import annotations

import csv
import io

from augscore_cli.extremes import Typical
from augscore_cli.measure_files import list_text


def test_list_is_csv_with_full_precision() -> None:
    text = list_text([Typical('a,"b"\n.jpg', 1 / 3, ("grey", "capped")), Typical("b", 2.0, ())])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {"path": 'a,"b"\\x0a.jpg', "typicality": repr(1 / 3), "notes": "grey capped"}
    assert rows[1]["notes"] == ""
    assert text.count("\n") == 3


def test_no_formula_in_a_safe_list() -> None:
    rows = [Typical(name, 1.0, ()) for name in ("=1+1", "+a", "-b", "@c", "d")]
    plain = [row[0] for row in csv.reader(io.StringIO(list_text(rows)))]
    safe = [row[0] for row in csv.reader(io.StringIO(list_text(rows, safe_cells=True)))]
    assert plain[1:] == ["=1+1", "+a", "-b", "@c", "d"]
    assert safe[1:] == ["'=1+1", "'+a", "'-b", "'@c", "d"]
