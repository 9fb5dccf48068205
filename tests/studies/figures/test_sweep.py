"""The values of a sweep: from doing least outwards, on the grain, whatever the size."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.engine.nodes import Step
from augscore.studies.figures.sweep import Scaled, Sweep
from augscore.studies.figures.sweeps import SWEEPS

BOTH = Sweep("Rotate", "degrees", "degrees", "geometry", 0.0, Scaled(-40.0), Scaled(20.0))
PADDED = Sweep("RandomCrop", "padding", "px", "geometry", 0.0, None, Scaled(1 / 4, 1), Scaled(1.0))


def test_values_go_evenly_outwards_from_the_weakest() -> None:
    assert BOTH.outwards("below", 32, 5) == (0.0, -10.0, -20.0, -30.0, -40.0)
    assert BOTH.outwards("above", 32, 5) == (0.0, 5.0, 10.0, 15.0, 20.0)
    assert BOTH.levels(32, 3) == (-40.0, -20.0, 0.0, 10.0, 20.0)


def test_both_ways_share_the_number_of_values() -> None:
    assert len(BOTH.spread(32, 11)) == 11
    assert len(PADDED.spread(64, 11)) == 11


def test_lengths_follow_the_side_and_the_grain_leaves_no_value_twice() -> None:
    assert PADDED.outwards("above", 16, 11) == (0.0, 1.0, 2.0, 3.0, 4.0)
    assert PADDED.outwards("above", 64, 5) == (0.0, 4.0, 8.0, 12.0, 16.0)


def test_a_side_to_which_nothing_is_turned_is_refused() -> None:
    with pytest.raises(ValueError, match="not turned below"):
        PADDED.outwards("below", 32, 5)


def test_a_step_fixes_everything_else() -> None:
    sweep = Sweep(
        "RandomErasing",
        "scale",
        "",
        "erasing",
        0.0,
        above=Scaled(0.5),
        fixed=(("ratio", Scaled(1.0)),),
    )
    step = sweep.step(0.25, 32)
    assert isinstance(step, Step)
    assert step.p == 1.0
    assert dict(step.arguments)["scale"] == (0.25, 0.25)
    assert dict(step.arguments)["ratio"] == (1.0, 1.0)


@given(st.sampled_from(SWEEPS), st.integers(32, 512), st.integers(3, 25))
def test_every_sweep_ascends_within_its_range(sweep: Sweep, side: int, count: int) -> None:
    levels = sweep.spread(side, count)
    assert list(levels) == sorted(set(levels))
    assert sweep.weakest in levels
    assert len(levels) <= count + 1
    for direction in sweep.directions:
        distances = [abs(v - sweep.weakest) for v in sweep.outwards(direction, side, count)]
        assert distances[0] == 0
        assert distances == sorted(set(distances))
