"""Too little, too much or in vain: each is planted and found, and its harmless neighbour not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.anatomy.part import Axis
from augscore.auditing.table import (
    ImageRecord,
    LevelRecord,
    PartReading,
    Pixels,
    Reading,
    Table,
    ViewRecord,
)
from tests.auditing.findings.looking import check, codes, found
from tests.auditing.tables import (
    BLACK,
    CLEAN,
    PLAIN,
    RISING,
    Op,
    changed,
    table,
    with_levels,
    with_views,
)


def with_op(op: Op, images: int = 80) -> Table:
    return table((*CLEAN, op), images=images)


def test_what_changes_nothing_is_dead() -> None:
    (finding,) = found(with_op(Op("Posterize", relative=0.0)), "DEAD")
    assert (finding.part, finding.level, finding.value) == ("Posterize", "fail", 0.0)
    (finding,) = found(with_op(Op("Posterize", relative=0.008)), "DEAD")
    assert finding.high is not None
    assert finding.high < 0.016


def test_dead_is_judged_by_pixels_and_not_by_the_reading() -> None:
    assert "DEAD" in codes(with_op(Op("Posterize", relative=0.3, rms=0.004)))
    assert "DEAD" not in codes(with_op(Op("Posterize", relative=0.0, rms=0.1)))


def test_what_hardly_changes_anything_is_weak_and_not_dead() -> None:
    weak = with_op(Op("Sharpness", relative=0.025))
    assert "DEAD" not in codes(weak)
    (finding,) = found(weak, "WEAK")
    assert (finding.part, finding.level) == ("Sharpness", "info")
    assert "WEAK" not in codes(with_op(Op("Posterize", relative=0.0)))
    assert "WEAK" not in codes(with_op(Op("Sharpness", relative=0.06)))


def test_a_mean_near_the_margin_is_not_called_dead() -> None:
    near = with_op(Op("Posterize", relative=0.0155, spread=1.0), images=60)
    assert found(near, "DEAD") == ()
    assert check(near, "DEAD").state in {"inconclusive", "clear"}


def test_an_operation_that_moves_few_images_far_is_not_dead() -> None:
    """One draw in four is strong: the median alone is nothing."""
    lame = with_op(Op("Rotate", relative=0.0))

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        strong = Reading(0.4, 0.15)
        parts = (replace(p, alone=strong) if p.part == 4 and i % 4 == 0 else p for p in view.parts)
        return replace(view, parts=tuple(parts))

    assert check(with_views(lame, one), "DEAD").state == "clear"


def test_what_does_nothing_by_design_is_exempt() -> None:
    assert found(with_op(Op("Posterize", relative=0.0, neutral="8 bits")), "DEAD") == ()


def test_a_dead_level_that_the_policy_names_is_dead_where_views_are_few() -> None:
    curve = (0.0, 0.0, 0.05, 0.1, 0.2, 0.3, 0.4)
    axis = Axis("level", "of 30", (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0), set_to=5.0)
    rare = Op("Posterize", chance=0.001, relative=0.0, curve=curve, axis=axis)
    (finding,) = found(with_op(rare), "DEAD")
    assert "at level 5" in finding.statement
    assert found(with_op(replace(rare, axis=replace(axis, set_to=25.0))), "DEAD") == ()
    assert found(with_op(replace(rare, axis=replace(axis, set_to=None))), "DEAD") == ()


def test_a_weak_operation_tells_its_dead_levels() -> None:
    curve = (0.0, 0.001, 0.002, 0.03, 0.05, 0.07, 0.1)
    (finding,) = found(with_op(Op("Posterize", relative=0.025, curve=curve)), "WEAK")
    assert "nothing happens at level 0, 5, 10" in finding.statement


def destroyed(share: float, part: int | None, images: int = 100) -> Table:
    """That share of the views, or of those with the part, is black."""
    random = np.random.default_rng(0)

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        hit = (part is None or part in view.applied) and random.random() < share
        return replace(view, pixels=BLACK) if hit else view

    return with_views(table(images=images), one)


def test_black_views_are_found_and_blamed_on_the_operation_that_makes_them() -> None:
    (finding,) = found(destroyed(0.12, 1), "DESTRUCTIVE")
    assert (finding.part, finding.level) == ("Flip", "fail")
    assert finding.value == pytest.approx(0.12, abs=0.06)
    assert len(finding.images) == 3


def test_black_views_of_no_operation_in_particular_are_the_policys() -> None:
    (finding,) = found(destroyed(0.1, None), "DESTRUCTIVE")
    assert finding.part is None


def test_a_black_view_in_two_hundred_is_let_pass() -> None:
    assert found(destroyed(0.004, None, images=300), "DESTRUCTIVE") == ()
    assert check(destroyed(0.0, None), "DESTRUCTIVE").state == "clear"


def test_blank_originals_have_nothing_to_lose() -> None:
    blank = replace(PLAIN, sd=0.01, constant=0.99)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        return replace(record, pixels=blank)

    assert check(changed(destroyed(0.3, None), one), "DESTRUCTIVE").state == "not_measured"


def test_one_constant_colour_is_destroyed_too() -> None:
    grey = Pixels(sd=0.05, clipped=0.0, constant=0.97, low=0.5, high=0.6)
    views = with_views(table(images=60), lambda i, k, v: replace(v, pixels=grey))
    assert "DESTRUCTIVE" in codes(views)


def black_at(levels: set[int], set_to: float | None) -> Table:
    axis = Axis("level", "of 30", (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0), set_to=set_to)
    given = with_op(Op("Posterize", curve=RISING, axis=axis))

    def one(i: int, level: LevelRecord) -> LevelRecord:
        gone = level.part == 4 and level.level in levels
        return replace(level, pixels=BLACK) if gone else level

    return with_levels(given, one)


@pytest.mark.parametrize(
    ("levels", "set_to", "level"), [({6}, 30.0, "fail"), ({6}, None, "info"), ({6}, 10.0, "info")]
)
def test_a_level_that_destroys_counts_if_it_is_in_use(
    levels: set[int], set_to: float | None, level: str
) -> None:
    (finding,) = found(black_at(levels, set_to), "DESTRUCTIVE")
    assert (finding.part, finding.level) == ("Posterize", level)


def test_a_level_that_destroys_counts_where_no_view_can_tell() -> None:
    given = black_at({6}, None)
    parts = (*given.parts[:4], replace(given.parts[4], is_observed=False))
    (finding,) = found(replace(given, parts=parts), "DESTRUCTIVE")
    assert (finding.part, finding.level) == ("Posterize", "fail")
    assert "at level 30" in finding.statement


def pairs(reading: Reading, every: int) -> Table:
    given = table(images=100)

    def one(i: int, record: ImageRecord) -> ImageRecord:
        return replace(record, between=(reading,) * 2) if i % every == 0 else record

    return changed(given, one)


def test_pairs_that_are_one_picture_are_found() -> None:
    (finding,) = found(pairs(Reading(0.0, 0.001), 4), "NEAR_IDENTICAL_VIEWS")
    assert (finding.level, finding.value, finding.n) == ("warn", 0.25, 200)
    assert found(pairs(Reading(0.0, 0.001), 50), "NEAR_IDENTICAL_VIEWS") == ()
    assert check(pairs(Reading(0.0, 0.001), 15), "NEAR_IDENTICAL_VIEWS").state == "inconclusive"


def test_pairs_farther_apart_than_two_images_are_found() -> None:
    (finding,) = found(pairs(Reading(0.9, 0.1), 2), "BEYOND_RANDOM_PAIRS")
    assert finding.level == "info"
    assert finding.value is not None
    assert 0.5 <= finding.value <= 0.6
    assert found(pairs(Reading(0.1, 0.9), 2), "BEYOND_RANDOM_PAIRS") == ()


def test_without_pairs_nothing_is_said_of_them() -> None:
    alone = table(images=60, draws=1)
    assert check(alone, "NEAR_IDENTICAL_VIEWS").state == "not_measured"
    assert check(alone, "BEYOND_RANDOM_PAIRS").state == "not_measured"


def twice(adds: float) -> Table:
    """Contrast comes twice; without either of them the view reads the same but for `adds`."""
    ops = (*CLEAN, Op("Contrast 2", chance=0.8, relative=0.15))
    given = table(ops, images=100)

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        assert view.reading is not None
        if not {3, 4} <= set(view.applied):
            return view
        same = replace(view.reading, rms=max(0.0, view.reading.rms - adds))
        parts = (replace(p, without=same) if p.part in {3, 4} else p for p in view.parts)
        return replace(view, parts=tuple(parts))

    return with_views(given, one)


def test_the_same_operation_twice_is_redundant() -> None:
    findings = found(twice(0.0), "REDUNDANT")
    assert [f.part for f in findings] == ["Contrast 2"]
    assert findings[0].level == "warn"
    assert "where Contrast is applied" in findings[0].statement
    assert [f.part for f in found(twice(0.0007), "REDUNDANT")] == ["Contrast 2"]
    assert found(twice(0.02), "REDUNDANT") == ()


def test_the_other_one_is_that_of_the_same_kind() -> None:
    """Grayscale is in more views, and JPEG comes twice."""
    ops = (Op("Gray", chance=1.0), Op("JPEG", chance=0.9), Op("JPEG 2", chance=0.9))

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        parts = (replace(p, without=view.reading) if p.part == 2 else p for p in view.parts)
        return replace(view, parts=tuple(parts))

    (finding,) = found(with_views(table(ops, images=60), one), "REDUNDANT")
    assert "JPEG 2 adds nothing where JPEG is applied" in finding.statement
    assert "moves by 0 of unrelated images and pixel RMS by 0" in finding.statement


def test_a_redundant_operation_is_found_among_many() -> None:
    others = tuple(Op(f"Other {k}", chance=0.9) for k in range(14))
    ops = (*others, Op("JPEG", chance=0.9), Op("JPEG 2", chance=0.9))
    random = np.random.default_rng(1)

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        assert view.reading is not None
        if not {14, 15} <= set(view.applied):
            return view
        same = replace(view.reading, rms=view.reading.rms + random.uniform(0, 0.002))
        parts = (replace(p, without=same) if p.part == 15 else p for p in view.parts)
        return replace(view, parts=tuple(parts))

    (finding,) = found(with_views(table(ops, images=60), one), "REDUNDANT")
    assert finding.part == "JPEG 2"


@pytest.mark.parametrize("pixels", [0.0, 1.0])
def test_an_operation_that_moves_views_either_way_is_not_redundant(pixels: float) -> None:
    """Leaving a flip out of crops changes how far views lie, up and down, by nothing on average:
    in both readings, or in the score reading alone."""
    random = np.random.default_rng(0)

    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        assert view.reading is not None
        change = random.choice([-0.2, 0.2])
        moved = Reading(
            (1 + change) * view.reading.strength, (1 + pixels * change) * view.reading.rms
        )
        parts = (replace(p, without=moved) if p.part == 1 else p for p in view.parts)
        return replace(view, parts=tuple(parts))

    assert found(with_views(table(images=100), one), "REDUNDANT") == ()


def test_a_dead_operation_is_not_redundant_as_well() -> None:
    assert "REDUNDANT" not in codes(with_op(Op("Posterize", chance=1.0, relative=0.0)))


def test_parts_that_were_not_left_out_cannot_be_judged() -> None:
    def one(i: int, k: int, view: ViewRecord) -> ViewRecord:
        return replace(view, parts=tuple(PartReading(p.part, p.alone) for p in view.parts))

    bare = with_views(table(), one)
    assert check(bare, "REDUNDANT").state == "not_measured"
    assert check(bare, "DOMINANT").state == "not_measured"
