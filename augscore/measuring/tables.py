"""Rows, one a view, as JSONL, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from augscore.errors import HostError
from augscore.measuring.row_json import view_records
from augscore.measuring.rows import Row
from augscore.outputs import PendingFile, RowWriter, printable, to_json

TABLES = {"jsonl": "rows.jsonl", "csv": "rows.csv", "parquet": "rows.parquet"}

_GROUP = 10_000
_FLOATS = frozenset(
    [
        "strength",
        "strength_noise_sd",
        "strength_relative",
        "score_shift",
        "pixel_rms",
        "one_minus_ssim",
        "typicality",
    ]
)


def check_table(form: str) -> None:
    """Raises HostError (`library_missing`) where a form needs a library that is not there."""
    if form == "parquet":
        _pyarrow()


def write_table(path: Path, rows: Iterable[Row], *, safe_cells: bool = False) -> None:
    """The form goes by the extension. `safe_cells`: a CSV cell that a spreadsheet would take for
    a formula begins with an apostrophe. Raises as `outputs.write_bytes`."""
    if path.suffix == ".parquet":
        _write_parquet(path, rows)
        return
    as_csv = path.suffix == ".csv"
    with RowWriter(path, safe_cells=safe_cells) as file:
        for row in rows:
            for record in view_records(row):
                file.write(_of_fixed_columns(record) if as_csv else record)


def _of_fixed_columns(record: Mapping[str, object]) -> dict[str, object]:
    """Without what only a few rows have: the bytes of names that are not UTF-8."""
    return {key: value for key, value in record.items() if not key.endswith("_b64")}


def _write_parquet(path: Path, rows: Iterable[Row]) -> None:
    """Names as in CSV, since Parquet text must be UTF-8; a draw is JSON text."""
    pa, parquet = _pyarrow()
    records = (_flat(record) for row in rows for record in view_records(row))
    pending = PendingFile(path)
    try:
        writer = None
        while group := list(islice(records, _GROUP)):
            schema = _schema(pa, group[0]) if writer is None else writer.schema
            writer = writer or parquet.ParquetWriter(pending, schema)
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
        writer = writer or parquet.ParquetWriter(pending, pa.schema([("path", pa.string())]))
        writer.close()
        pending.publish()
    finally:
        pending.discard()


def _flat(record: Mapping[str, object]) -> dict[str, object]:
    flat = _of_fixed_columns(record)
    if flat.get("draw") is not None:
        flat["draw"] = to_json(flat["draw"])
    for key in ("path", "duplicate_of"):
        if key in flat and flat[key] is not None:
            flat[key] = str(flat[key])
    return {k: printable(v) if isinstance(v, str) else v for k, v in flat.items()}


def _schema(pa: Any, first: Mapping[str, object]) -> Any:
    return pa.schema([(key, _type(pa, key)) for key in first])


def _type(pa: Any, key: str) -> Any:
    if key in _FLOATS:
        return pa.float64()
    special = {"view": pa.int32(), "notes": pa.list_(pa.string())}
    special["score_norm"] = pa.list_(pa.float64())
    return special.get(key, pa.string())


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise HostError(
            "rows in Parquet need pyarrow",
            code="library_missing",
            hint="pip install 'augscore[parquet]'",
        ) from None
    return pyarrow, pyarrow.parquet
