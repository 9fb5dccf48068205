"""Faults in the shape of curves: each is planted and found, and its harmless neighbour is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from augscore.auditing.anatomy.part import Axis
from augscore.auditing.columns import columns_of
from augscore.auditing.scale import scale_of
from augscore.auditing.table import Fault, LevelRecord, Pixels, Reading, Table
from tests.auditing.findings.looking import check, codes, found
from tests.auditing.tables import CLEAN, RISING, Op, table, with_levels

SHAPES = {"REVERSED", "NON_MONOTONE", "MAGNITUDE_FREE", "SATURATED", "NOT_IDENTITY_AT_ZERO"}
FALLING = tuple(reversed(RISING))
VEE = (0.4, 0.25, 0.12, 0.0, 0.2, 0.4, 0.6)
FLAT = (0.3,) * 7


def with_op(op: Op, images: int = 80, seed: int = 0) -> Table:
    return table((*CLEAN, op), images=images, seed=seed)


def test_rising_curves_have_no_findings_of_shape() -> None:
    assert not codes(with_op(Op("Rotate", curve=RISING))) & SHAPES
    for code in SHAPES:
        assert check(table(), code).state == "clear"


def test_a_curve_that_falls_is_reversed() -> None:
    (finding,) = found(with_op(Op("Solarize", curve=FALLING)), "REVERSED")
    assert (finding.part, finding.level) == ("Solarize", "fail")
    assert finding.value == pytest.approx(0.36, rel=0.2)
    assert finding.low is not None
    assert finding.threshold is not None
    assert finding.low > finding.threshold
    assert "weakens as level grows" in finding.statement
    assert finding.images
    assert found(with_op(Op("Solarize", curve=FALLING)), "NON_MONOTONE") == ()


def test_a_reading_that_falls_alone_is_not_enough() -> None:
    """Strength falls and pixels rise: nothing that the operation did."""
    odd = with_op(Op("Blur", curve=FALLING, curve_rms=RISING))
    assert found(odd, "REVERSED") == ()
    assert found(odd, "NON_MONOTONE") == ()


def test_a_vee_is_not_monotone() -> None:
    (finding,) = found(with_op(Op("Color", curve=VEE)), "NON_MONOTONE")
    assert (finding.part, finding.level) == ("Color", "warn")
    assert finding.value == pytest.approx(0.4, rel=0.2)
    assert "weakest at 15" in finding.statement
    assert found(with_op(Op("Color", curve=VEE)), "REVERSED") == ()
    assert [f.part for f in found(with_op(Op("Color", curve=VEE)), "NOT_IDENTITY_AT_ZERO")] == [
        "Color"
    ]


@pytest.mark.parametrize(("neutral", "weakest"), [(1.0, None), (None, 1.0), (1.0, 1.0)])
def test_a_vee_about_the_value_that_is_meant_to_be_weakest_is_clean(
    neutral: float | None, weakest: float | None
) -> None:
    vee = (0.3, 0.2, 0.1, 0.0, 0.1, 0.2, 0.3)
    levels = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
    axis = Axis("brightness", "factor", levels, neutral, weakest=weakest)
    assert not codes(with_op(Op("Brightness 2", curve=vee, axis=axis))) & SHAPES
    undeclared = Axis("brightness", "factor", levels)
    assert "NON_MONOTONE" in codes(with_op(Op("Brightness 2", curve=vee, axis=undeclared)))


def test_each_side_of_a_folded_axis_is_judged() -> None:
    """It grows to one side, and to the other rises and falls again."""
    levels = (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
    odd = (0.05, 0.3, 0.3, 0.0, 0.1, 0.2, 0.3)
    axis = Axis("brightness", "factor", levels, neutral=1.0)
    (finding,) = found(with_op(Op("Brightness 2", curve=odd, axis=axis)), "NON_MONOTONE")
    assert "weaker at brightness 0.4 factor" in finding.statement


@pytest.mark.parametrize(
    "dip",
    [
        pytest.param((0.0, 0.1, 0.2, 0.175, 0.3, 0.34, 0.36), id="of a fourteenth of the range"),
        pytest.param((0.0, 0.03, 0.06, 0.09, 0.1, 0.0885, 0.1), id="under twice the noise floor"),
    ],
)
def test_a_small_dip_is_monotone(dip: tuple[float, ...]) -> None:
    assert found(with_op(Op("Rotate", curve=dip), images=400), "NON_MONOTONE") == ()


def test_a_drop_that_few_images_show_is_inconclusive() -> None:
    noisy = with_op(Op("Rotate", curve=(0.0, 0.1, 0.2, 0.3, 0.3, 0.3, 0.3)), images=60)

    def one(i: int, level: LevelRecord) -> LevelRecord:
        if level.part != 4 or level.level < 5 or level.reading is None:
            return level
        factor = 0.0 if i % 4 == 0 else 1.1
        return replace(level, reading=replace(level.reading, strength=0.3 * factor))

    falls = with_levels(noisy, one)
    assert found(falls, "NON_MONOTONE") == ()
    assert check(falls, "NON_MONOTONE").state in {"inconclusive", "clear"}


def test_a_flat_curve_is_magnitude_free() -> None:
    flat = with_op(Op("Equalize", curve=FLAT))
    (finding,) = found(flat, "MAGNITUDE_FREE")
    assert (finding.part, finding.level) == ("Equalize", "warn")
    assert codes(flat) & SHAPES == {"MAGNITUDE_FREE", "NOT_IDENTITY_AT_ZERO"}


@pytest.mark.parametrize("lower", [0.0, 0.002])
def test_a_flat_curve_has_no_rounding_and_no_sign(lower: float) -> None:
    """The largest deviation of seven levels of which one lies `lower` below the others."""

    def one(i: int, level: LevelRecord) -> LevelRecord:
        share = 1 - lower * (level.level == 3)
        return replace(level, reading=Reading((0.3 + i / 700) * share, (0.1 + i / 900) * share))

    flat = with_levels(with_op(Op("Equalize", curve=FLAT)), one)
    finding = found(flat, "MAGNITUDE_FREE")[-1]
    unit = scale_of(columns_of(flat)).unrelated_strength
    assert unit is not None
    mean = np.mean([0.3 + i / 700 for i in range(80)])
    assert finding.value == pytest.approx(mean * lower * 6 / 7 / unit, rel=1e-9, abs=0.0)
    low, value, high = (
        float(n) for n in (finding.low, finding.value, finding.high) if n is not None
    )
    assert 0 <= low <= value <= high


def test_a_flat_curve_by_design_is_only_told() -> None:
    (finding,) = found(with_op(Op("Equalize", curve=FLAT, magnitude_free=True)), "MAGNITUDE_FREE")
    assert finding.level == "info"


def test_a_curve_that_is_flat_in_one_reading_alone_is_not_magnitude_free() -> None:
    assert found(with_op(Op("Rotate", curve=FLAT, curve_rms=RISING)), "MAGNITUDE_FREE") == ()
    assert found(with_op(Op("Rotate", curve=RISING, curve_rms=FLAT)), "MAGNITUDE_FREE") == ()


def test_where_nothing_happens_at_all_the_magnitude_is_not_to_blame() -> None:
    nothing = with_op(Op("Posterize", relative=0.0, curve=(0.0,) * 7))
    assert codes(nothing) & SHAPES == set()
    assert "DEAD" in codes(nothing)


def test_a_curve_that_stops_rising_is_saturated() -> None:
    level_off = (0.0, 0.1, 0.2, 0.3, 0.36, 0.36, 0.36)
    (finding,) = found(with_op(Op("Rotate", curve=level_off)), "SATURATED")
    assert (finding.part, finding.level) == ("Rotate", "warn")
    assert "from level 20" in finding.statement


def test_a_flat_end_that_the_policy_does_not_reach_is_only_told() -> None:
    level_off = (0.0, 0.1, 0.2, 0.3, 0.36, 0.36, 0.36)
    axis = Axis("level", "of 30", (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0), set_to=10.0)
    (finding,) = found(with_op(Op("Rotate", curve=level_off, axis=axis)), "SATURATED")
    assert finding.level == "info"


def clipping(op: str, share: float, set_to: float | None = 30.0) -> Table:
    """So many values more clip at the last level."""
    pixels = Pixels(0.2, 0.02 + share, 0.3, 0.0, 1.0)
    axis = Axis("level", "of 30", (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0), set_to=set_to)

    def one(i: int, level: LevelRecord) -> LevelRecord:
        return replace(level, pixels=pixels) if (level.part, level.level) == (4, 6) else level

    return with_levels(with_op(Op(op, curve=RISING, axis=axis)), one)


def test_pixels_that_clip_are_saturated_where_the_operation_does_not_fill() -> None:
    (finding,) = found(clipping("Gamma", 0.38), "SATURATED")
    assert finding.value == pytest.approx(0.38)
    assert "38 % more" in finding.statement
    assert "at 30 of 30" in finding.statement
    assert found(clipping("Gamma", 0.2), "SATURATED") == ()
    assert found(clipping("TranslateX", 0.38), "SATURATED") == ()
    assert found(clipping("Gamma", 0.38, set_to=15.0), "SATURATED") == ()


def test_a_range_that_clips_at_its_end_alone_is_not_saturated() -> None:
    assert found(clipping("Gamma", 0.9, set_to=None), "SATURATED") == ()
    everywhere = with_levels(
        with_op(Op("Gamma", curve=RISING)),
        lambda i, level: replace(level, pixels=Pixels(0.2, 0.4, 0.3, 0.0, 1.0)),
    )
    assert "Gamma" in {finding.part for finding in found(everywhere, "SATURATED")}


def test_the_weakest_level_of_an_axis_with_a_known_start_may_change_images() -> None:
    curve = tuple(0.2 + value for value in RISING)
    levels = (100.0, 85.0, 70.0, 55.0, 40.0, 25.0, 10.0)
    open_axis = Axis("quality", "", levels)
    known = Axis("quality", "", levels, weakest=100.0)
    assert "NOT_IDENTITY_AT_ZERO" in codes(with_op(Op("JPEG", curve=curve, axis=open_axis)))
    assert "NOT_IDENTITY_AT_ZERO" not in codes(with_op(Op("JPEG", curve=curve, axis=known)))


def test_a_first_step_of_a_rising_curve_is_no_strong_start() -> None:
    """Some libraries refuse level 0: level 1 is a little, and so it should be."""
    curve = (0.05, *RISING[1:])
    assert found(with_op(Op("Rotate", curve=curve)), "NOT_IDENTITY_AT_ZERO") == ()
    curve = (0.12, *RISING[1:])
    assert found(with_op(Op("Rotate", curve=curve)), "NOT_IDENTITY_AT_ZERO") != ()


def test_levels_without_an_order_have_no_shape_but_may_be_flat() -> None:
    axis = Axis("level", "", (0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0), is_ordered=False)
    assert not codes(with_op(Op("Posterize", curve=FALLING, axis=axis))) & SHAPES
    assert "MAGNITUDE_FREE" in codes(with_op(Op("Posterize", curve=FLAT, axis=axis)))


def test_two_levels_have_no_shape() -> None:
    two = Axis("level", "", (0.0, 30.0))
    assert not codes(with_op(Op("Rotate", curve=(0.4, 0.1), axis=two))) & {
        "REVERSED",
        "NON_MONOTONE",
        "SATURATED",
    }


def test_curves_of_too_few_images_are_not_measured() -> None:
    few = table(images=60)
    records = (*few.records[:40], *(replace(r, levels=()) for r in few.records[40:]))
    for code in SHAPES:
        assert check(replace(few, records=records), code).state == "not_measured"


def test_a_level_that_breaks_does_not_hide_the_shape_of_the_others() -> None:
    given = with_op(Op("Posterize", curve=FALLING))
    fault = Fault("op_raised", "0 bits", None)

    def one(i: int, level: LevelRecord) -> LevelRecord:
        broken = level.part == 4 and level.level == 0
        return replace(level, reading=None, pixels=None, fault=fault) if broken else level

    (finding,) = found(with_levels(given, one), "REVERSED")
    assert "at 5 of 30" in finding.statement


def test_no_noise_is_called_a_shape() -> None:
    """Forty policies with noisy flat-topped and rising curves."""
    wrong = [
        seed
        for seed in range(40)
        if codes(with_op(Op("Rotate", curve=RISING), images=60, seed=seed))
        & {"REVERSED", "NON_MONOTONE", "SATURATED", "MAGNITUDE_FREE"}
    ]
    assert wrong == []
