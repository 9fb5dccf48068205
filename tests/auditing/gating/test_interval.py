"""Where an interval lies, and how many images would settle it."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from augscore.auditing.audit import Estimate
from augscore.auditing.gating.gates import Rule
from augscore.auditing.gating.interval import MOST_IMAGES, Placed, place
from augscore.auditing.gating.keys import Key
from augscore.auditing.statistics.share import share_estimate

KEY = Key("policy", "strength")
RANGE = Rule(KEY, 0.2, 0.6)


def placed(low: float | None, value: float, high: float | None, rule: Rule = RANGE) -> Placed:
    return place(Estimate(value, low, high, 1), rule, 100)


@pytest.mark.parametrize(
    ("low", "value", "high", "where"),
    [
        (0.3, 0.4, 0.5, "inside"),
        (0.2, 0.4, 0.6, "inside"),
        (0.61, 0.7, 0.8, "outside"),
        (0.0, 0.1, 0.19, "outside"),
        (0.6, 0.7, 0.8, "straddling"),
        (0.1, 0.15, 0.2, "straddling"),
        (0.1, 0.4, 0.5, "straddling"),
        (0.1, 0.4, 0.9, "straddling"),
        (None, 0.4, None, "straddling"),
        (0.4, 0.4, 0.4, "inside"),
    ],
)
def test_the_place(low: float | None, value: float, high: float | None, where: str) -> None:
    assert placed(low, value, high).place == where


def test_one_open_end_is_never_passed() -> None:
    assert placed(-9.0, 0.0, 0.6, Rule(KEY, None, 0.6)).place == "inside"
    assert placed(0.2, 0.3, 99.0, Rule(KEY, 0.2, None)).place == "inside"


@pytest.mark.parametrize(
    ("low", "value", "high", "images"),
    [
        # Twice as near to the limit as the end is: four times the images.
        (0.3, 0.5, 0.7, 400),
        (0.1, 0.3, 0.5, 400),
        # The value is outside already, and settles to fail.
        (0.5, 0.7, 0.9, 400),
        (0.1, 0.4, 0.45, 230),
        # On the limit itself nothing settles.
        (0.5, 0.6, 0.7, None),
        (None, 0.4, None, None),
        (0.3, 0.4, 0.5, None),
    ],
)
def test_how_many_images(low: float | None, value: float, high: float | None, images: int) -> None:
    assert placed(low, value, high).images == images


@pytest.mark.parametrize("hits", [0, 200])
def test_a_share_of_none_or_all_settles_sooner(hits: int) -> None:
    """By Wilson's interval itself, at the number of images that is told."""
    key = Key("policy", "destroyed_share")
    rule = Rule(key, None, 0.005) if hits == 0 else Rule(key, 0.995, None)

    def at(images: int) -> Placed:
        found = share_estimate(hits * images // 200, images)
        assert found is not None
        return place(found, rule, images)

    images = at(200).images
    assert images is not None
    assert at(round(1.1 * images)).place == "inside"
    assert at(images // 2).place == "straddling"


_POSITIVE = st.floats(1e-3, 1)


@given(value=st.floats(0, 1), down=_POSITIVE, up=_POSITIVE, low=st.floats(0, 1), width=_POSITIVE)
def test_so_many_images_do_settle_it(
    value: float, down: float, up: float, low: float, width: float
) -> None:
    rule = Rule(KEY, low, low + width)
    found = place(Estimate(value, value - down, value + up, 1), rule, 100)
    assume(found.images is not None)
    assert found.images is not None
    assert 100 <= found.images <= MOST_IMAGES
    # A shade more, since an end may come to lie on the limit.
    shrunk = math.sqrt(100 / found.images) * (1 - 1e-5)
    later = place(Estimate(value, value - down * shrunk, value + up * shrunk, 1), rule, 100)
    assert later.place != "straddling"
    # And half as many would not.
    wider = math.sqrt(100 / max(100.0, found.images / 2))
    before = place(Estimate(value, value - down * wider, value + up * wider, 1), rule, 100)
    assert before.place == "straddling"
