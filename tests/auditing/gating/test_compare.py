"""One audit against another: paired by tables, unpaired without."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.audit import Audit, Comparison, Delta
from augscore.auditing.gating.compare import compare
from augscore.auditing.report.markdown import has_changed
from tests.auditing.audits import audit, estimate, finding, op, policy
from tests.auditing.one_op import UNIT, one_op_table


@pytest.fixture
def measured() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.lognormal(0, 0.5, (80, 2)), random.random((80, 2)) < 0.5


def by_key(found: Comparison) -> dict[str, Delta]:
    return {delta.key: delta for delta in found.deltas}


def test_paired_by_image_and_draw(measured: tuple[np.ndarray, np.ndarray]) -> None:
    strengths, applied = measured
    before = one_op_table(strengths, applied)
    # The other order of images, and twice as strong: pairs are found by name.
    now = one_op_table(2 * strengths, applied)
    now = replace(now, records=now.records[::-1])
    found = compare(audit([op("A")]), audit([op("A")]), what="compare", tables=(now, before))
    assert found.images == 80
    deltas = by_key(found)
    alone = float(strengths[applied].mean()) / UNIT
    whole = float((strengths * applied).mean()) / UNIT
    for key, expected in {
        "ops.A.strength": alone,
        "ops.A.effective": whole,
        "policy.strength": whole,
        "ops.A.applied": 0.0,
        "policy.unchanged_share": 0.0,
    }.items():
        change = deltas[key].change
        assert deltas[key].paired
        assert change is not None
        assert change.value == pytest.approx(expected, abs=1e-12)
    assert has_changed(deltas["policy.strength"])
    assert not has_changed(deltas["ops.A.applied"])


def test_the_numbers_themselves_are_those_of_the_audits() -> None:
    now = audit([op("A", 0.4)], policy=policy(strength=estimate(0.7)))
    before = audit([op("A", 0.3)], policy=policy(strength=estimate(0.5)))
    deltas = by_key(compare(now, before, what="baseline"))
    assert (deltas["policy.strength"].before, deltas["policy.strength"].now) == (0.5, 0.7)
    change = deltas["ops.A.strength"].change
    assert not deltas["ops.A.strength"].paired
    assert change is not None
    assert change.value == pytest.approx(0.1)
    assert change.low == pytest.approx(0.1 - 0.02 * 2**0.5)


def test_only_common_images_are_paired(measured: tuple[np.ndarray, np.ndarray]) -> None:
    strengths, applied = measured
    before = one_op_table(strengths, applied)
    now = replace(before, records=before.records[30:])
    found = compare(audit([op("A")]), audit([op("A")]), what="baseline", tables=(now, before))
    assert found.images == 50
    change = by_key(found)["ops.A.strength"].change
    assert change is not None
    assert (change.value, change.low, change.high, change.n) == pytest.approx(
        (0, 0, 0, int(applied[30:].any(axis=1).sum()))
    )


def test_an_operation_that_one_of_them_lacks_has_no_pair() -> None:
    found = by_key(compare(audit([op("New")]), audit([op("Old")]), what="compare"))
    assert found["ops.New.strength"] == Delta("ops.New.strength", None, 0.4, None, False)
    assert found["ops.Old.strength"] == Delta("ops.Old.strength", 0.4, None, None, False)


def test_nothing_in_common_is_no_crash(measured: tuple[np.ndarray, np.ndarray]) -> None:
    before = one_op_table(*measured)
    now = replace(before, records=())
    found = compare(audit(), audit(), what="baseline", tables=(now, before))
    assert found.images == 0
    assert not any(delta.paired for delta in found.deltas)


def against(now: Audit, before: Audit) -> tuple[tuple[str, ...], ...]:
    found = compare(now, before, what="baseline")
    return found.appeared, found.gone, found.changed


def test_findings_that_come_go_and_change() -> None:
    one = finding("DEAD", "fail", "A")
    all_of_it = finding("NEAR_IDENTICAL_VIEWS", "warn", None, value=0.5, low=0.4, high=0.6)
    before = audit(findings=[one, all_of_it, finding("WEAK", "info", "B")])
    now = audit(
        findings=[
            finding("DEAD", "warn", "A"),
            replace(all_of_it, value=0.2, low=0.1, high=0.3),
            finding("REVERSED", "fail", "B"),
        ]
    )
    assert against(now, before) == (
        ("REVERSED B",),
        ("WEAK B",),
        (
            "DEAD A: fail -> warn",
            "NEAR_IDENTICAL_VIEWS: relative strength 0.500 -> 0.200",
        ),
    )
    assert against(now, now) == ((), (), ())
    shifted = replace(all_of_it, value=0.45, low=0.35, high=0.55)
    assert against(audit(findings=[shifted]), audit(findings=[all_of_it]))[2] == ()
