"""Rows as JSON: nothing is lost on the way there and back."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from augscore.images.records import Skipped
from augscore.measuring.row_json import Record, from_record, to_record, view_records
from augscore.measuring.rows import ImageRow, PairRow, ViewReading

READING = ViewReading(1 / 3, 0.1 + 0.2, None, 1e-17, -0.5, 2**-60, 0.25, ({"op": "X", "a": 1.5},))
STEP = {"op": "X", "applied": True, "magnitudes": {"a": 1 / 3}, "stage": "Mix 1.1"}
MIX = {"op": "Mix", "applied": True, "branches": [{"weight": 0.1 + 0.2, "steps": [STEP, STEP]}]}
BEYOND = replace(READING, strength_noise_sd=None, noise_bound="past_ladder", draw=None)
IMAGE = ImageRow("a/b.jpg", (1 / 7, 2.0), 12.5, ("grey",), (READING, BEYOND), "a", "f" * 16)
PAIR = PairRow("o.jpg", "d.jpg", 7.0, ("duplicate",), BEYOND, None, (("mos", "3"), ("view", "x")))

OPTIONAL = ("label", "duplicate_of")

RECORDS: list[Record] = [
    IMAGE,
    replace(IMAGE, path=7, label=None, digest="", duplicate_of=3),
    replace(IMAGE, path="bad\udcff.jpg", duplicate_of="x\u202ey\n"),
    replace(IMAGE, views=(replace(READING, draw=(STEP, MIX)),)),
    PAIR,
    Skipped("c\udcff", "truncated", "cut"),
]


@pytest.mark.parametrize("row", RECORDS, ids=repr)
def test_there_and_back(row: Record) -> None:
    text = json.dumps(to_record(row), allow_nan=False, ensure_ascii=True)
    assert from_record(json.loads(text)) == row


@pytest.mark.parametrize("row", [IMAGE, PAIR, Skipped("a", "b", "c")], ids=repr)
@pytest.mark.parametrize("wrong", [None, True])
def test_another_record_is_refused(row: Record, wrong: object) -> None:
    for key, value in to_record(row).items():
        if not (key in OPTIONAL and wrong is None) and value is not wrong:
            with pytest.raises((TypeError, KeyError)):
                from_record({**to_record(row), key: wrong})


def test_bad_52_the_bytes_of_a_name_that_is_no_text() -> None:
    record = to_record(RECORDS[2])
    assert base64.b64decode(str(record["path_b64"])) == b"bad\xff.jpg"
    assert "duplicate_of_b64" not in record
    assert "path_b64" not in to_record(IMAGE)


def test_one_flat_record_a_view() -> None:
    first, second = view_records(IMAGE)
    assert (first["path"], first["view"], second["view"]) == ("a/b.jpg", 0, 1)
    assert (first["strength"], second["noise_bound"]) == (1 / 3, "past_ladder")
    assert first["score_norm"] == (1 / 7, 2.0)
    assert list(first) == list(second)
    assert not {"views", "reading"} & set(first)


def test_bad_63_further_columns_are_carried_to_the_rows() -> None:
    (record,) = view_records(PAIR)
    assert (record["reference"], record["distorted"]) == ("o.jpg", "d.jpg")
    assert (record["mos"], record["view"], record["table_view"]) == ("3", 0, "x")
