"""Row files of every form hold the same numbers."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pytest

from augscore.errors import HostError
from augscore.measuring import tables
from augscore.measuring.rows import ImageRow, PairRow, Row, ViewReading
from augscore.measuring.tables import TABLES, check_table, write_table

READING = ViewReading(1 / 3, 0.1, None, 0.7, -0.5, 0.01, 0.25, ({"op": "X"},))
BEYOND = replace(READING, strength_noise_sd=None, noise_bound="below_floor")
ROWS: list[Row] = [
    ImageRow("a.jpg", (1 / 7, 2.0), 12.5, ("grey",), (READING, BEYOND), "a", "f" * 16),
    ImageRow("=b\udcff\n.jpg", (1.0, 2.0), 1.0, (), (BEYOND, READING), None, "", "a.jpg"),
]


def written(folder: Path, form: str, rows: list[Row]) -> list[dict[str, object]]:
    path = folder / TABLES[form]
    write_table(path, rows)
    if form == "parquet":
        return list(pyarrow.parquet.read_table(path).to_pylist())
    if form == "csv":
        return list(csv.DictReader(path.read_text().splitlines()))
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize("form", TABLES)
def test_every_form_holds_the_same(tmp_path: Path, form: str) -> None:
    found = written(tmp_path, form, ROWS)
    assert [p.name for p in tmp_path.iterdir()] == [TABLES[form]]
    assert [float(str(row["strength"])) for row in found] == [1 / 3] * 4
    assert [str(row["view"]) for row in found] == ["0", "1", "0", "1"]
    assert [row["path"] for row in found[:2]] == ["a.jpg", "a.jpg"]
    assert [row["noise_bound"] or None for row in found] == [None, "below_floor"] * 1 + [
        "below_floor",
        None,
    ]
    if form != "jsonl":
        assert found[2]["path"] == "=b\\udcff\\x0a.jpg"


def test_parquet_has_types_and_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_GROUP", 3)
    pair = PairRow("o", "d", 7.0, ("x",), BEYOND, None, (("mos", "3"),))
    rows = written(tmp_path, "parquet", [pair] * 7)
    assert len(rows) == 7
    assert (rows[0]["mos"], rows[0]["notes"], rows[0]["strength_noise_sd"]) == ("3", ["x"], None)
    assert pyarrow.parquet.ParquetFile(tmp_path / "rows.parquet").num_row_groups == 3
    assert written(tmp_path, "parquet", []) == []


def test_parquet_without_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(HostError, match="pyarrow") as caught:
        check_table("parquet")
    assert caught.value.hint == "pip install 'augscore[parquet]'"
    check_table("csv")


def test_bad_51_no_formula_in_safe_cells(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    write_table(path, ROWS, safe_cells=True)
    paths = [row["path"] for row in csv.DictReader(path.read_text().splitlines())]
    assert paths[1:3] == ["a.jpg", "'=b\\udcff\\x0a.jpg"]
