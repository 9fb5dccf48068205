"""A whole table judged: order, states, and nothing that breaks it."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from augscore.auditing.findings.catalogue import CATALOGUE, page_of
from augscore.auditing.findings.judge import judge
from augscore.auditing.table import ImageRecord, LevelRecord, Pixels, Reading, Table, ViewRecord
from augscore.errors import UsageError
from tests.auditing.tables import CLEAN, Op, changed, table, with_levels, with_views

BAD = (
    Op("Blur", chance=0.0),
    Op("Posterize", relative=0.0),
    Op("Solarize", curve=(0.4, 0.3, 0.25, 0.2, 0.1, 0.05, 0.0)),
    Op("Equalize", curve=(0.3,) * 7),
    Op("Sharpness", relative=0.025),
)


def test_there_are_twenty_kinds_each_with_a_whole_page() -> None:
    assert len(CATALOGUE) == 20
    assert len({kind.page.code for kind in CATALOGUE}) == 20
    for kind in CATALOGUE:
        page = kind.page
        assert page.code == page.code.upper()
        for text in (page.means, page.measured, page.remedy):
            assert text.endswith(".")
            assert len(text) > 30
        assert page.title[0].islower()
        assert not page.title.endswith(".")


def test_exact_faults_and_dead_reversed_and_destroyed_fail_by_default() -> None:
    fails = {kind.page.code for kind in CATALOGUE if kind.page.level == "fail"}
    assert fails == {
        "ARG_IGNORED",
        "RAISES",
        "P_ZERO",
        "OUT_OF_RANGE",
        "NON_DETERMINISTIC",
        "REPEATED_DRAWS",
        "REVERSED",
        "DEAD",
        "DESTRUCTIVE",
    }
    opinions = [kind.page for kind in CATALOGUE if kind.page.group == "opinion"]
    assert {page.level for page in opinions} == {"info"}


def test_a_page_by_its_code() -> None:
    assert page_of("reversed").code == "REVERSED"
    with pytest.raises(UsageError) as caught:
        page_of("REVERSE")
    assert "REVERSED" in (caught.value.hint or "")


def test_facts_come_first_then_shape_size_and_opinion() -> None:
    findings, checks = judge(table((*CLEAN, *BAD)))
    groups = [kind.page.group for kind in CATALOGUE]
    assert groups == sorted(groups, key=["exact", "shape", "size", "opinion"].index)
    order = [kind.page.code for kind in CATALOGUE]
    assert [check.code for check in checks] == order
    told = [finding.code for finding in findings]
    assert told == sorted(told, key=order.index)
    assert {"P_ZERO", "REVERSED", "MAGNITUDE_FREE", "DEAD", "WEAK"} <= set(told)


def test_a_clean_policy_has_only_clear_checks() -> None:
    findings, checks = judge(table(images=200))
    assert findings == ()
    unclear = {check.code for check in checks if check.state != "clear"}
    assert unclear == {"REPEATED_DRAWS", "CLASS_IMBALANCED_STRENGTH"}


def test_what_is_found_says_so_in_its_check_and_what_is_not_says_why() -> None:
    findings, checks = judge(table((*CLEAN, *BAD)))
    codes = {finding.code for finding in findings}
    for check in checks:
        assert (check.state == "found") == (check.code in codes)
        assert check.why or check.state in {"found", "clear"}


def test_the_same_table_gives_the_same_bytes() -> None:
    given_table = table((*CLEAN, *BAD))
    assert repr(judge(given_table, seed=3)) == repr(judge(given_table, seed=3))


@pytest.mark.parametrize("images", [0, 1, 2, 49])
def test_under_fifty_images_only_facts_are_told(images: int) -> None:
    findings, checks = judge(table((*CLEAN, *BAD), images=images))
    assert {finding.code for finding in findings} == {"P_ZERO"}
    exact = {kind.page.code for kind in CATALOGUE if kind.page.group == "exact"}
    for check in checks:
        if check.code not in exact:
            assert check.state == "not_measured"
            assert "50 images" in check.why


def test_no_parts_at_all() -> None:
    findings, _ = judge(table((), images=60))
    assert {finding.code for finding in findings} <= {"NEAR_IDENTICAL_VIEWS"}
    assert judge(Table((), ()))[0] == ()


def nothing(given_table: Table) -> Table:
    """Nothing could be read of anything."""

    def one(i: int, record: ImageRecord) -> ImageRecord:
        return replace(record, unrelated=None, between=(None,) * len(record.between), replayed=None)

    views = with_views(given_table, lambda i, k, v: replace(v, reading=None, pixels=None, parts=()))
    levels = with_levels(views, lambda i, level: replace(level, reading=None, pixels=None))
    return changed(levels, one)


def constant(given_table: Table) -> Table:
    """Everything is the same everywhere."""
    same = Reading(0.3, 0.1)
    views = with_views(
        given_table,
        lambda i, k, v: replace(
            v, reading=same, parts=tuple(replace(p, alone=same, without=same) for p in v.parts)
        ),
    )
    return with_levels(views, lambda i, level: replace(level, reading=same))


@pytest.mark.parametrize("change", [nothing, constant])
def test_odd_tables_do_not_break_it(change: object) -> None:
    assert callable(change)
    findings, checks = judge(change(table((*CLEAN, *BAD))))
    json.dumps([asdict(finding) for finding in findings], allow_nan=False)
    assert len(checks) == 20


def test_images_that_are_all_alike_have_no_scale() -> None:
    same = changed(table(), lambda i, record: replace(record, unrelated=Reading(0.0, 0.0)))
    findings, checks = judge(same)
    assert findings == ()
    assert next(c for c in checks if c.code == "DEAD").state == "not_measured"


readings = st.none() | st.builds(Reading, st.floats(0, 2), st.floats(0, 1))
pixels = st.none() | st.builds(
    Pixels, st.floats(0, 0.5), st.floats(0, 1), st.floats(0, 1), st.floats(-2, 1), st.floats(0, 2)
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.integers(50, 54), st.integers(1, 3))
def test_whatever_was_measured_it_is_judged_in_finite_numbers(
    data: st.DataObject, images: int, draws: int
) -> None:
    odd = data.draw(st.lists(readings, min_size=3, max_size=3))
    pictures = data.draw(st.lists(pixels, min_size=2, max_size=2))

    def view(i: int, k: int, record: ViewRecord) -> ViewRecord:
        parts = tuple(
            replace(p, alone=odd[(i + p.part) % 3], without=odd[(k + p.part) % 3])
            for p in record.parts
        )
        return replace(record, reading=odd[i % 3], pixels=pictures[k % 2], parts=parts)

    def level(i: int, record: LevelRecord) -> LevelRecord:
        at = record.level
        return replace(record, reading=odd[(i + at) % 3], pixels=pictures[at % 2])

    strange = with_levels(with_views(table(images=images, draws=draws), view), level)
    findings, checks = judge(strange)
    json.dumps([asdict(finding) for finding in findings], allow_nan=False)
    assert len(checks) == 20
