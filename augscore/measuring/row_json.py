"""Rows ↔ JSON objects: what `--json` and the row files hold, and what a journal is read from."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from dataclasses import asdict

from augscore.images.records import Skipped
from augscore.json_values import Json, mapping, number, numbers, optional, sequence, text
from augscore.keys import ImageId
from augscore.measuring.rows import ImageRow, PairRow, Row, ViewReading, readings_in

Record = Row | Skipped

_HEAD = ("path", "reference", "distorted")
_NAMES = (*_HEAD, "duplicate_of")


def to_record(row: Record) -> dict[str, object]:
    """Names that are not UTF-8 come a second time as `…_b64`, their bytes in base64."""
    if isinstance(row, Skipped):
        return _named({"path": row.name, "reason": row.reason, "detail": row.detail})
    record = _named(asdict(row))
    if isinstance(row, PairRow):
        record["extras"] = dict(row.extras)
    return record


def from_record(record: Json) -> Record:
    """What `to_record` was given; raises TypeError or KeyError for anything else."""
    if "reason" in record:
        return Skipped(text(record["path"]), text(record["reason"]), text(record["detail"]))
    return _pair(record) if "distorted" in record else _image(record)


def view_records(row: Row) -> Iterator[dict[str, object]]:
    """One flat object a view, in the order of the views; a pair's further columns come last, with
    `table_` in front where a name is taken."""
    whole = to_record(row)
    head = {key: whole.pop(key) for key in tuple(whole) if key.removesuffix("_b64") in _HEAD}
    for nested in ("views", "reading", "extras"):
        whole.pop(nested, None)
    extras = row.extras if isinstance(row, PairRow) else ()
    for index, view in enumerate(readings_in(row)):
        flat = {**head, "view": index, **asdict(view), **whole}
        yield {**flat, **{f"table_{k}" if k in flat else k: cell for k, cell in extras}}


def _named(record: dict[str, object]) -> dict[str, object]:
    for key in _NAMES:
        name = record.get(key)
        if isinstance(name, str) and not _is_unicode(name):
            record[f"{key}_b64"] = base64.b64encode(os.fsencode(name)).decode("ascii")
    return record


def _is_unicode(name: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in name)


def _image(record: Json) -> ImageRow:
    return ImageRow(
        _id(record["path"]),
        numbers(record["score_norm"]),
        number(record["typicality"]),
        _texts(record["notes"]),
        tuple(_reading(mapping(view)) for view in sequence(record["views"])),
        optional(record["label"], text),
        text(record["digest"]),
        optional(record["duplicate_of"], _id),
    )


def _pair(record: Json) -> PairRow:
    return PairRow(
        text(record["reference"]),
        text(record["distorted"]),
        number(record["typicality"]),
        _texts(record["notes"]),
        _reading(mapping(record["reading"])),
        optional(record["label"], text),
        tuple((key, text(cell)) for key, cell in mapping(record["extras"]).items()),
    )


def _reading(record: Json) -> ViewReading:
    draw = record["draw"]
    return ViewReading(
        number(record["strength"]),
        optional(record["strength_noise_sd"], number),
        optional(record["noise_bound"], text),
        optional(record["strength_relative"], number),
        number(record["score_shift"]),
        number(record["pixel_rms"]),
        number(record["one_minus_ssim"]),
        None if draw is None else tuple(mapping(step) for step in sequence(draw)),
    )


def _id(value: object) -> ImageId:
    return value if isinstance(value, int) and not isinstance(value, bool) else text(value)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(text(item) for item in sequence(value))
