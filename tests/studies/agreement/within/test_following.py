"""Figures and lists from agreements that are planted."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from augscore.json_values import Json
from augscore.studies.agreement.within.following import (
    cases_in,
    figures_of_following,
    following,
)
from augscore.studies.figures.sweeps import sweeps_of

JUDGE = "within image, made up"


def row(sweep: str, ways: Sequence[Sequence[float | None]], name: str = "strength") -> Json:
    agreements = {name: [list(way) for way in ways]}
    return {
        "judge": JUDGE,
        "reference": sweep,
        "pictures": 3,
        "side": 32,
        "agreements": agreements,
    }


ROWS = [
    row("Hue.turns", [[0.1, 0.2, 0.3], [0.5, None, 0.7]]),
    row("GaussianNoise.sd", [[1.0, 1.0, 0.4]]),
]


def test_figures_are_means_over_operations_of_means_over_pictures() -> None:
    mean, least, low = figures_of_following(JUDGE, cases_in(ROWS, JUDGE, "strength"))
    assert [f.what for f in (mean, least, low)] == ["mean", "least operation", "5th percentile"]
    assert mean.value == pytest.approx((0.2 + 0.6 + 0.8) / 3)
    assert least.value == pytest.approx(0.2)
    fifth = [np.quantile(v, 0.05) for v in ([0.1, 0.2, 0.3], [0.5, 0.7], [1.0, 1.0, 0.4])]
    assert low.value == pytest.approx(np.mean(fifth))


def test_intervals_are_those_of_pictures_drawn_again() -> None:
    random = np.random.default_rng(0)
    values = random.normal(0.5, 0.1, 100)
    (sweep,) = sweeps_of("GaussianNoise")
    rows = [row(sweep.name, [values.tolist()])]
    mean, least, low = figures_of_following(JUDGE, cases_in(rows, JUDGE, "strength"))
    error = values.std() / math.sqrt(len(values))
    assert mean.high - mean.low == pytest.approx(2 * 1.96 * error, rel=0.25)
    assert (least.value, least.low, least.high) == (mean.value, mean.low, mean.high)
    assert low.low < low.value < low.high < mean.low


def test_operations_come_from_the_worst_and_the_least_has_a_name() -> None:
    rows = [*ROWS, row("JPEG.quality", [[None, None, None]])]
    others = [
        row("Hue.turns", [[0.9, 0.9, 0.9], [0.9, 0.9, 0.9]], "pixel RMS"),
        row("GaussianNoise.sd", [[0.2, 0.2, 0.2]], "pixel RMS"),
    ]
    told = following(JUDGE, [*rows, *others], ("strength", "pixel RMS"), "strength")
    assert (told.judge, told.pictures, told.side) == (JUDGE, 3, 32)
    assert [(one.name, one.images) for one in told.operations] == [
        ("Hue −", 3),
        ("Hue +", 2),
        ("GaussianNoise", 3),
        ("JPEG", 0),
    ]
    assert told.least == {"strength": "Hue −", "pixel RMS": "GaussianNoise"}
    assert told.operations[-1].mean is None
    assert told.operations[1].p05 == pytest.approx(np.quantile([0.5, 0.7], 0.05))


def test_no_change_at_all_has_no_order() -> None:
    cases = cases_in([row("JPEG.quality", [[None, None]])], JUDGE, "strength")
    assert all(math.isnan(figure.value) for figure in figures_of_following(JUDGE, cases))
