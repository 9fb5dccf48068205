"""Rows, lists and folders of `measure`."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from augscore.errors import UsageError
from augscore.measuring.rows import PairRow
from augscore_cli.extremes import Typical
from augscore_cli.measure_files import claim_folder, list_text, row_records, summary_document


def test_one_record_a_view(make: Any) -> None:
    row = make.image("a.jpg", 7.0, make.view(0.1, 0.01), make.view(0.2, None, "past_ladder"))
    first, second = row_records(row)
    assert (first["path"], first["view"], second["view"]) == ("a.jpg", 0, 1)
    assert (first["strength"], second["strength"]) == (0.1, 0.2)
    assert second["noise_bound"] == "past_ladder"
    assert first["typicality"] == 7.0
    assert first["score_norm"] == [1.0, 2.0]
    assert list(first) == list(second)


def test_a_pair_is_one_record(make: Any) -> None:
    (record,) = row_records(PairRow("o.jpg", "d.jpg", 7.0, ("duplicate",), make.view(0.1, 0.01)))
    assert (record["reference"], record["distorted"]) == ("o.jpg", "d.jpg")
    assert record["notes"] == ["duplicate"]


def test_summary_leaves_the_rows_to_the_other_file(make: Any) -> None:
    document = summary_document(make.measurement([make.image("a", 1.0)]))
    assert document["images"] == []
    assert document["rows_truncated"] is True
    assert document["summary"] is not None


def test_list_is_csv_with_full_precision() -> None:
    text = list_text([Typical('a,"b"\n.jpg', 1 / 3, ("grey", "capped")), Typical("b", 2.0, ())])
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0] == {"path": 'a,"b"\\x0a.jpg', "typicality": repr(1 / 3), "notes": "grey capped"}
    assert rows[1]["notes"] == ""
    assert text.count("\n") == 3


def test_a_new_folder_is_made(tmp_path: Path) -> None:
    claim_folder(tmp_path / "a/b", force=False)
    assert list((tmp_path / "a/b").iterdir()) == []


def test_a_finished_result_is_kept(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"complete": true, "summary": {}}')
    with pytest.raises(UsageError, match="--force"):
        claim_folder(tmp_path, force=False)
    claim_folder(tmp_path, force=True)
    assert (tmp_path / "summary.json").exists()


@pytest.mark.parametrize(
    "text", ['{"complete": false, "summary": {}}', '{"complete": true, "summary": null}', "{", "[]"]
)
def test_an_unfinished_one_is_measured_again(text: str, tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text(text)
    (tmp_path / "rows.jsonl").touch()
    (tmp_path / ".rows.jsonl.tmp-12").touch()
    claim_folder(tmp_path, force=False)


def test_a_folder_of_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(UsageError, match=r"holiday\.jpg"):
        claim_folder(tmp_path, force=False)
    assert [p.name for p in tmp_path.iterdir()] == ["holiday.jpg"]


def test_records_are_json(make: Any) -> None:
    for record in row_records(make.image("a\udcff", 1.0)):
        json.dumps(record, allow_nan=False)
