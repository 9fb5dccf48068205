"""What is told of an operation, from a table of known numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.columns import columns_of
from augscore.auditing.concluding.op_results import op_results
from augscore.auditing.scale import scale_of
from tests.auditing.one_op import UNIT, one_op_table


@pytest.mark.parametrize("probed", [60, 25])
def test_an_image_without_any_operation_in_its_views_counts_too(probed: int) -> None:
    random = np.random.default_rng(3)
    strengths = random.lognormal(0, 0.5, (60, 2))
    applied = random.random((60, 2)) < 0.4
    table = one_op_table(strengths, applied)
    records = tuple(
        r
        if r.place < probed
        else replace(r, views=tuple(replace(view, parts=()) for view in r.views))
        for r in table.records
    )
    columns = columns_of(replace(table, records=records[::-1]))
    (op,) = op_results(table.parts, columns, scale_of(columns), (), seed=0)
    last = max(n for n in range(probed) if applied[n].any()) + 1
    assert op.effective is not None
    assert op.strength is not None
    own = (strengths * applied)[:last] / UNIT
    assert op.effective.value == pytest.approx(own.mean())
    assert op.effective.n == last
    assert op.strength.value == pytest.approx(strengths[:last][applied[:last]].mean() / UNIT)
