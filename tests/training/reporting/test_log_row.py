"""Rows of metrics.jsonl: what is written comes back, and JSON never holds NaN."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.training.reporting.log_row import LogRow

_OPTIONAL = [f.name for f in fields(LogRow) if f.default is None]
ROW = LogRow(step=10, steps=40, epoch=1.25, loss=0.5, fallbacks=2, knn=61.5)


@given(
    values=st.dictionaries(
        st.sampled_from(_OPTIONAL), st.floats(allow_nan=False, allow_infinity=False)
    )
)
def test_a_row_comes_back(values: dict[str, float]) -> None:
    row = replace(ROW, **values)  # type: ignore[arg-type]
    assert LogRow.from_json(json.loads(json.dumps(row.to_json(), allow_nan=False))) == row


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_becomes_null(bad: float) -> None:
    written = replace(ROW, loss=bad).to_json()
    assert written["loss"] is None
    assert LogRow.from_json(written) == replace(ROW, loss=None)


def test_keys_stand_in_the_order_of_the_fields() -> None:
    assert list(ROW.to_json()) == [f.name for f in fields(LogRow)]


def test_other_keys_are_left_aside_and_missing_ones_have_defaults() -> None:
    read = LogRow.from_json({"step": 1, "steps": 2, "epoch": 0.5, "of_a_later_version": "x"})
    assert read == LogRow(step=1, steps=2, epoch=0.5)


@pytest.mark.parametrize("row", [{"step": 1}, {"step": 1.5, "steps": 2, "epoch": 0.0}])
def test_no_row_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        LogRow.from_json(row)


def test_text_is_no_number() -> None:
    with pytest.raises(TypeError):
        LogRow.from_json({**ROW.to_json(), "loss": "low"})
