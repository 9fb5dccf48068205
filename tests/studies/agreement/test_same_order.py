"""Two contenders' order of operations and magnitudes, by their means over pictures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import kendalltau

from augscore.studies.agreement.judges.judge import Condition
from augscore.studies.agreement.same_order import order_figure

CONDITIONS = [Condition(kind, level) for kind in ("turn", "noise") for level in (1, 2, 3)]


def values(seed: int, scale: float = 1.0) -> dict[Condition, list[float]]:
    random = np.random.default_rng(seed)
    return {c: (scale * c.level + random.normal(size=8)).tolist() for c in CONDITIONS}


def test_the_same_readings_have_the_same_order_on_any_scale() -> None:
    mine = values(0)
    doubled = {c: [2 * v for v in row] for c, row in mine.items()}
    figure = order_figure("strength", mine, doubled)
    assert (figure.value, figure.low, figure.high) == (1, 1, 1)
    turned = {c: [-v for v in row] for c, row in mine.items()}
    assert order_figure("strength", mine, turned).value == -1


def test_it_is_kendalls_tau_of_the_means() -> None:
    mine, theirs = values(0), values(1)
    figure = order_figure("strength", mine, theirs)
    means = [[float(np.mean(of[c])) for c in CONDITIONS] for of in (mine, theirs)]
    assert figure.value == pytest.approx(kendalltau(*means).statistic)
    assert figure.low <= figure.value <= figure.high
    assert figure.low < figure.high


def test_conditions_are_matched_whatever_their_order() -> None:
    mine, theirs = values(0), values(1)
    backwards = dict(reversed(theirs.items()))
    assert order_figure("s", mine, backwards) == order_figure("s", mine, theirs)
