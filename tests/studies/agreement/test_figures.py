"""Correlations of readings with opinions that are planted."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator

import pytest
from scipy.stats import spearmanr

from augscore.studies.agreement.figures import Figure, Reading, figures_of
from augscore.studies.agreement.judges.judge import Condition, Group, Judge

CONDITIONS = tuple(
    Condition(kind, level) for kind in ("blur", "noise", "turn") for level in (1, 2, 3)
)
PICTURES = ("a", "b", "c", "d")


def _none(count: int, but: object) -> Iterator[Group]:
    yield from ()


def _judge(opinions: dict[Condition, float], by_picture: bool = False) -> Judge:
    single = {(name, c): value for name in PICTURES for c, value in opinions.items()}
    return Judge("made up", 4, _none, opinions, single if by_picture else None)


def _readings(values: dict[Condition, float], noise: float = 0.0) -> list[Reading]:
    return [
        Reading(name, condition, value + noise * ((7 * p + 3 * k) % 5))
        for p, name in enumerate(PICTURES)
        for k, (condition, value) in enumerate(values.items())
    ]


def _by(figures: tuple[Figure, ...]) -> dict[str, Figure]:
    return {figure.what: figure for figure in figures}


OPINIONS = {condition: float(k * k) for k, condition in enumerate(CONDITIONS)}


def test_a_monotone_function_of_the_opinions_agrees_wholly() -> None:
    values = {condition: math.log1p(value) for condition, value in OPINIONS.items()}
    for figure in figures_of(_judge(OPINIONS), _readings(values)):
        assert (figure.value, figure.low, figure.high) == pytest.approx((1, 1, 1))


def test_the_right_order_in_each_kind_is_not_the_right_order_of_kinds() -> None:
    values = {c: c.level + 10.0 * ["turn", "noise", "blur"].index(c.kind) for c in CONDITIONS}
    found = _by(figures_of(_judge(OPINIONS), _readings(values)))
    assert found["within kinds"].value == pytest.approx(1)
    assert found["at equal levels"].value == pytest.approx(-1)
    wanted = spearmanr([values[c] for c in CONDITIONS], [OPINIONS[c] for c in CONDITIONS])
    assert found["pooled"].value == pytest.approx(wanted.statistic)


def test_conditions_are_judged_by_their_means_and_pictures_one_by_one() -> None:
    readings = _readings(OPINIONS, noise=9.0)
    by_condition = _by(figures_of(_judge(OPINIONS), readings))["pooled"].value
    means = [statistics.fmean(r.value for r in readings if r.condition == c) for c in CONDITIONS]
    assert by_condition == pytest.approx(spearmanr(means, list(OPINIONS.values())).statistic)
    single = _by(figures_of(_judge(OPINIONS, by_picture=True), readings))["pooled"].value
    wanted = spearmanr([r.value for r in readings], [OPINIONS[r.condition] for r in readings])
    assert single == pytest.approx(wanted.statistic)
    assert single != pytest.approx(by_condition)


def test_an_interval_holds_its_figure_and_has_width_where_pictures_differ() -> None:
    figure = _by(figures_of(_judge(OPINIONS, by_picture=True), _readings(OPINIONS, noise=9.0)))
    assert figure["pooled"].low < figure["pooled"].value < figure["pooled"].high


def test_equal_readings_have_no_order() -> None:
    figures = figures_of(_judge(OPINIONS), _readings(dict.fromkeys(CONDITIONS, 1.0)))
    assert all(math.isnan(figure.value) for figure in figures)
