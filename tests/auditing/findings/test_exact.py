"""Facts: each is planted and found, and its harmless neighbour is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from augscore.auditing.table import (
    Fault,
    IgnoredArgument,
    LevelRecord,
    LoaderFacts,
    OutOfRange,
    Pixels,
    Table,
    ViewRecord,
)
from tests.auditing.findings.looking import check, found
from tests.auditing.tables import CLEAN, Op, changed, table, with_levels, with_views

FEW = table(images=3)
MANY = table(images=100)


def test_a_clean_policy_has_no_findings() -> None:
    for code in ("ARG_IGNORED", "RAISES", "P_ZERO", "P_MISMATCH", "OUT_OF_RANGE"):
        assert found(MANY, code) == ()
        assert check(MANY, code).state == "clear"


def test_an_ignored_argument_is_found_without_an_image() -> None:
    ignored = IgnoredArgument("GaussNoise", "var_limit", "use std_range", line=7)
    (finding,) = found(replace(table(images=0), ignored_arguments=(ignored,)), "ARG_IGNORED")
    assert finding.level == "fail"
    assert finding.line == 7
    assert finding.part is None
    assert "var_limit" in finding.statement
    assert "use std_range" in finding.statement


def test_an_ignored_argument_names_the_part_of_that_operation() -> None:
    ignored = IgnoredArgument("Brightness", "limit", "")
    (finding,) = found(replace(FEW, ignored_arguments=(ignored,)), "ARG_IGNORED")
    assert finding.part == "Brightness"


def broken(code: str, every: int, part: int | None = 2) -> Table:
    """Every so-manieth view of an image breaks."""

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        if (4 * i + k) % every:
            return view
        fault = Fault(code, "0 bits", part, "bits 0, seed 5")
        return replace(view, reading=None, pixels=None, fault=fault)

    return with_views(MANY, one)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("op_raised", "raises an error"),
        ("op_none", "returns nothing"),
        ("op_shape", "another shape"),
        ("op_hang", "does not come back"),
        ("op_mutates", "changes the image"),
        ("op_global_rng", "global generator"),
    ],
)
def test_what_breaks_is_told_with_its_rate(code: str, said: str) -> None:
    (finding,) = found(broken(code, 20), "RAISES")
    assert finding.level == "fail"
    assert finding.part == "Brightness"
    assert said in finding.statement
    assert "0 bits" in finding.statement
    assert "bits 0, seed 5" in finding.statement
    uses = sum(2 in view.applied for record in MANY.records for view in record.views)
    assert finding.n == uses
    expected = stats.binomtest(20, uses).proportion_ci(method="wilson")
    assert finding.value == 20 / uses
    assert (finding.low, finding.high) == pytest.approx((expected.low, expected.high))
    assert finding.images == ("0000.png", "0005.png", "0010.png")


def test_views_are_counted_where_nothing_says_when_an_operation_is_used() -> None:
    parts = tuple(replace(part, chance=None) for part in MANY.parts)
    (finding,) = found(replace(broken("op_raised", 20), parts=parts), "RAISES")
    views = sum(len(record.views) for record in MANY.records)
    assert (finding.n, finding.value) == (views, 20 / views)
    assert f"of {views:,} views" in finding.statement


def test_one_break_of_one_image_is_enough() -> None:
    fault = Fault("op_raised", "", None)
    one = with_views(FEW, lambda i, k, v: replace(v, fault=fault) if (i, k) == (2, 1) else v)
    (finding,) = found(one, "RAISES")
    assert finding.part is None
    assert finding.value == 1 / 12
    assert finding.images == ("0002.png",)


def test_each_way_of_breaking_is_told_by_itself() -> None:
    faults = {
        0: Fault("op_raised", "", 1),
        1: Fault("op_none", "", 1),
        2: Fault("op_raised", "", 0),
    }
    both = with_views(FEW, lambda i, k, v: replace(v, fault=faults[i]) if k == 0 else v)
    assert [(f.part, f.value is None) for f in found(both, "RAISES")] == [
        ("Crop", False),
        ("Flip", False),
        ("Flip", False),
    ]


def test_what_breaks_at_a_level_that_no_view_drew_is_a_warning() -> None:
    fault = Fault("op_raised", "bits must be 1 or more", None)

    def one(i: int, level: LevelRecord) -> LevelRecord:
        return replace(level, fault=fault) if (level.part, level.level) == (2, 6) else level

    (finding,) = found(with_levels(FEW, one), "RAISES")
    assert finding.level == "warn"
    assert finding.part == "Brightness"
    assert "level 30" in finding.statement
    assert "3 times" in finding.statement


def test_a_break_in_use_is_not_told_again_for_its_levels() -> None:
    fault = Fault("op_raised", "", 2)
    both = with_levels(broken("op_raised", 20), lambda i, level: replace(level, fault=fault))
    assert [f.level for f in found(both, "RAISES")] == ["fail"]


def test_a_probability_of_zero_needs_no_images() -> None:
    never = (*CLEAN, Op("Blur", chance=0.0))
    (finding,) = found(table(never, images=0), "P_ZERO")
    assert (finding.part, finding.level, finding.value) == ("Blur", "fail", None)
    (finding,) = found(table(never, images=3), "P_ZERO")
    assert (finding.value, finding.n) == (0.0, 12)


def test_what_no_view_ever_has_is_found() -> None:
    said = with_views(
        MANY, lambda i, k, v: replace(v, applied=tuple(p for p in v.applied if p != 2))
    )
    (finding,) = found(said, "P_ZERO")
    assert (finding.part, finding.value, finding.n) == ("Brightness", 0.0, 400)
    assert finding.high is not None
    assert finding.high < 0.01
    assert found(said, "P_MISMATCH") == ()


def test_a_rare_operation_may_be_absent() -> None:
    rare = table((*CLEAN, Op("Blur", chance=0.002)), images=100, seed=1)
    assert not any(4 in view.applied for record in rare.records for view in record.views)
    assert found(rare, "P_ZERO") == ()
    assert found(table((*CLEAN, Op("Blur", chance=0.1)), images=2, seed=3), "P_ZERO") == ()


def test_nothing_is_said_where_nothing_is_declared_or_nothing_is_meant() -> None:
    by_design = table((*CLEAN, Op("Identity", chance=0.0, neutral="it is the identity")), images=3)
    assert found(by_design, "P_ZERO") == ()
    unknown = replace(MANY, parts=tuple(replace(part, chance=None) for part in MANY.parts))
    assert check(unknown, "P_ZERO").state == "not_measured"
    assert check(unknown, "P_MISMATCH").state == "not_measured"


def test_a_share_of_views_unlike_the_declared_one_is_found() -> None:
    declared = replace(MANY, parts=tuple(replace(part, chance=0.5) for part in MANY.parts[:2]))
    declared = replace(declared, parts=(*declared.parts, *MANY.parts[2:]))
    (finding,) = found(declared, "P_MISMATCH")
    assert (finding.part, finding.level, finding.threshold) == ("Crop", "warn", 0.5)
    assert finding.value == 1.0
    assert finding.p_adjusted is not None
    assert finding.p_adjusted < 1e-9


def test_a_gap_of_two_points_is_no_mismatch_whatever_the_images() -> None:
    off = table((*CLEAN, Op("Blur", chance=0.5)), images=1500, draws=8, seed=1)
    share = np.mean([4 in view.applied for record in off.records for view in record.views])
    parts = (*off.parts[:4], replace(off.parts[4], chance=float(share) - 0.019))
    assert stats.binomtest(round(share * 12000), 12000, share - 0.019).pvalue < 1e-4
    assert found(replace(off, parts=parts), "P_MISMATCH") == ()


def test_views_of_another_pipeline_do_not_count_against_an_operation() -> None:
    """The second view of each pair has no Blur; the first always has."""
    ops = (Op("Crop", chance=1.0), Op("Blur", chance=1.0), Op("Crop 2", chance=1.0, view=1))
    two = table(ops, images=60, pipelines=(0, 1))
    assert found(two, "P_MISMATCH") == ()
    assert found(two, "P_ZERO") == ()
    equal = replace(two, pipelines=(0, 0))
    assert {f.part for f in found(equal, "P_MISMATCH")} == {"Crop", "Blur"}


def test_a_stage_that_cuts_or_leaves_the_range_is_found() -> None:
    stages = (
        OutOfRange("Brightness", "Normalize", 0.62, 0.0),
        OutOfRange("Solarize", "", 0.0, 0.4),
    )
    cuts, leaves = found(replace(FEW, out_of_range=stages), "OUT_OF_RANGE")
    assert (cuts.part, leaves.part) == ("Brightness", None)
    assert "cuts values: 62 %" in cuts.statement
    assert "leaves the range: 40 %" in leaves.statement


@pytest.mark.parametrize(("low", "high", "wrong"), [(-0.4, 1, 1), (0, 254, 1), (-5e-4, 1.0005, 0)])
def test_views_outside_their_range_are_found(low: float, high: float, wrong: int) -> None:
    pixels = Pixels(0.2, 0, 0, low, high)
    strange = with_views(FEW, lambda i, k, v: replace(v, pixels=pixels) if (i, k) == (1, 2) else v)
    findings = found(strange, "OUT_OF_RANGE")
    assert len(findings) == wrong
    for finding in findings:
        assert finding.value == 1 / 12
        assert finding.images == ("0001.png",)


def test_an_operation_that_was_refused_for_its_range_is_found_once() -> None:
    fault = Fault("op_range", "values reach 255", 3)
    strange = with_views(FEW, lambda i, k, v: replace(v, fault=fault, pixels=None))
    (finding,) = found(strange, "OUT_OF_RANGE")
    assert finding.part == "Contrast"
    assert "uses: values reach 255" in finding.statement
    assert (finding.value, finding.n) == (1.0, 12)
    assert found(strange, "RAISES") == ()


def test_what_is_no_number_is_told_once() -> None:
    strange = broken("op_nan", 20)
    traced = (OutOfRange("Brightness", "Normalize", 0.4, 0.5), OutOfRange("Flip", "", 0.0, 0.3))
    other, finding = found(replace(strange, out_of_range=traced), "OUT_OF_RANGE")
    assert (other.part, finding.part, finding.level) == ("Flip", "Brightness", "fail")
    assert "no numbers" in finding.statement
    assert "bits 0, seed 5" in finding.statement
    assert finding.statement.endswith("it stands behind Normalize")
    assert finding.images == ("0000.png", "0005.png", "0010.png")
    assert found(strange, "RAISES") == ()
    unclear = replace(strange, out_of_range=traced, parts=(*strange.parts, strange.parts[2]))
    assert len(found(unclear, "OUT_OF_RANGE")) == 3


def test_values_that_only_a_level_spoils_are_a_warning() -> None:
    fault = Fault("op_range", "values reach 255", None)

    def one(i: int, level: LevelRecord) -> LevelRecord:
        return replace(level, fault=fault) if (level.part, level.level) == (2, 6) else level

    (finding,) = found(with_levels(FEW, one), "OUT_OF_RANGE")
    assert (finding.level, finding.part) == ("warn", "Brightness")
    assert found(with_levels(FEW, one), "RAISES") == ()


def test_a_draw_that_gives_other_pixels_is_found() -> None:
    moved = changed(FEW, lambda i, record: replace(record, replayed=(0.0, 0.3, 2e-6)[i]))
    (finding,) = found(moved, "NON_DETERMINISTIC")
    assert (finding.value, finding.n, finding.images) == (0.3, 3, ("0001.png",))
    assert "1 of 3 images" in finding.statement
    rounding = changed(FEW, lambda i, record: replace(record, replayed=1e-6))
    assert check(rounding, "NON_DETERMINISTIC").state == "clear"
    untried = changed(FEW, lambda i, record: replace(record, replayed=None))
    assert check(untried, "NON_DETERMINISTIC").state == "not_measured"


def loader(distinct: int, without: int, coincide: bool) -> Table:
    return replace(FEW, loader=LoaderFacts(2, 3, 96, distinct, without, coincide))


def test_workers_that_repeat_each_other_are_found() -> None:
    (finding,) = found(loader(16, 96, True), "REPEATED_DRAWS")
    assert finding.value == pytest.approx(1 / 6)
    assert "only 16 of 96 views" in finding.statement


def test_a_transform_that_repeats_alone_is_named() -> None:
    part = FEW.parts[0]
    alone = replace(FEW, loader=LoaderFacts(2, 3, 96, 16, 96, True, part.op))
    (finding,) = found(alone, "REPEATED_DRAWS")
    assert finding.part == part.path
    assert finding.statement.startswith(f"{part.op} alone: only 16 of 96 views")


def test_views_that_collide_by_themselves_are_no_repeats() -> None:
    assert check(loader(2, 2, True), "REPEATED_DRAWS").state == "clear"
    assert check(loader(93, 96, True), "REPEATED_DRAWS").state == "clear"
    assert check(loader(48, 96, False), "REPEATED_DRAWS").state == "inconclusive"
    assert check(loader(0, 0, True), "REPEATED_DRAWS").state == "not_measured"
    assert check(FEW, "REPEATED_DRAWS").state == "not_measured"
