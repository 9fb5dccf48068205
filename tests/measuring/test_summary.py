"""The summary against numpy, and its noise form against the ladder."""

from __future__ import annotations

import numpy as np
import pytest

from augscore.measuring.columns import Columns
from augscore.measuring.rows import ImageRow, PairRow, ViewReading
from augscore.measuring.summary import _combined, spread, summarise, summarise_classes
from augscore.strength.intervals import median_interval
from tests.ladders import exact_ladder

LADDER = exact_ladder(64, (0.01, 0.03, 0.1, 0.3), (0.1, 0.3, 0.6, 0.9), 0.2)


def reading(strength: float, shift: float = 0.0) -> ViewReading:
    noise, bound = LADDER.noise_sd(strength)
    return ViewReading(strength, noise, bound, None, shift, strength / 10, strength / 5, ())


def columns(strengths: list[list[float]], typicality: list[float]) -> Columns:
    made = Columns()
    for i, (views, t) in enumerate(zip(strengths, typicality, strict=True)):
        readings = tuple(reading(s, s - 0.5) for s in views)
        made.add(ImageRow(f"{i}.png", (1.0,), t, (), readings))
    return made


def test_quantiles_are_those_of_numpy_over_all_views() -> None:
    values = np.random.default_rng(0).uniform(0.0, 1.2, (37, 3))
    typicality = np.random.default_rng(1).uniform(0, 100, 37)
    summary = summarise(columns(values.tolist(), typicality.tolist()), LADDER, 0.8, 5)
    assert summary is not None
    for found, expected in (
        (summary.strength, values),
        (summary.score_shift, values - 0.5),
        (summary.pixel_rms, values / 10),
        (summary.one_minus_ssim, values / 5),
        (summary.typicality, typicality[:, None]),
    ):
        assert found.count == expected.size
        assert found.median == pytest.approx(np.median(expected))
        assert found.p05 == pytest.approx(np.quantile(expected, 0.05))
        assert found.p95 == pytest.approx(np.quantile(expected, 0.95))
        assert found.interval == pytest.approx(median_interval(expected, seed=5))
    relative = summary.strength_relative
    assert relative is not None
    assert relative.median == pytest.approx(np.median(values) / 0.8)
    assert relative.p95 == pytest.approx(np.quantile(values, 0.95) / 0.8)
    assert relative.interval == pytest.approx([v / 0.8 for v in summary.strength.interval or ()])
    assert summary.unrelated == 0.8


def test_the_noise_form_is_the_ladder_of_each_quantile() -> None:
    values = np.random.default_rng(0).uniform(0.0, 1.2, (60, 1))
    summary = summarise(columns(values.tolist(), [50.0] * 60), LADDER, None, 0)
    assert summary is not None
    noise = summary.strength_noise_sd
    assert noise.median == LADDER.noise_sd(summary.strength.median)[0]
    assert noise.p05 == LADDER.noise_sd(summary.strength.p05)[0] is None
    assert noise.p95 == LADDER.noise_sd(summary.strength.p95)[0] is None
    assert noise.interval == tuple(LADDER.noise_sd(s)[0] for s in summary.strength.interval or ())
    assert noise.floor == pytest.approx(LADDER.floor_sd)
    assert noise.ceiling == 0.3
    assert noise.below_floor == int((values < 0.2).sum())
    assert noise.past_ladder == int((values > 0.9).sum())
    assert summary.strength_relative is None


@pytest.mark.parametrize(
    ("strange", "images", "outside"),
    [
        (0, 10, False),
        (6, 10, False),
        (7, 10, True),
        (10, 10, True),
        (1, 1, False),
        (3, 3, False),
        (4, 4, True),
        (400, 1000, False),
        (501, 1000, True),
    ],
)
def test_a_folder_of_mostly_atypical_images_is_outside_the_clean_range(
    strange: int, images: int, outside: bool
) -> None:
    typicality = [14.9] * strange + [15.0] * (images - strange)
    summary = summarise(columns([[0.5]] * images, typicality), LADDER, None, 0)
    assert summary is not None
    assert summary.atypical_share == pytest.approx(strange / images)
    assert summary.outside_clean_range is outside


def test_pairs_count_as_one_view_each_and_nothing_gives_nothing() -> None:
    made = Columns()
    assert summarise(made, LADDER, None, 0) is None
    made.add(PairRow("a", "b", 40.0, (), reading(0.5)))
    summary = summarise(made, LADDER, None, 0)
    assert summary is not None
    assert summary.strength.count == 1
    assert summary.strength.interval is None


def test_one_spread() -> None:
    found = spread(np.array([[1.0, 3.0], [2.0, 4.0]]), 0)
    assert (found.count, found.median) == (4, 2.5)


def test_classes_are_summaries_of_their_own_images_hardest_first() -> None:
    made, alone = Columns(), {"a": Columns(), "b": Columns()}
    generator = np.random.default_rng(0)
    for i in range(40):
        label = (None, "a", "b", "b")[i % 4]
        strengths = generator.uniform(0.1, 0.5, 2) * (2 if label == "b" else 1)
        row = ImageRow(f"{i}", (1.0,), float(i), (), tuple(map(reading, strengths)), label)
        made.add(row)
        if label is not None:
            alone[label].add(row)
    classes = summarise_classes(made, LADDER, 3)
    assert [(c.label, c.images) for c in classes] == [("b", 20), ("a", 10)]
    made.add(ImageRow("x", (1.0,), 1.0, (), (reading(1.1), reading(1.1)), "few"))
    assert [c.label for c in summarise_classes(made, LADDER, 3)] == ["b", "a", "few"]
    for found in classes:
        own = summarise(alone[found.label], LADDER, None, 3)
        assert own is not None
        assert found.strength == own.strength
        assert found.strength_noise_sd == own.strength_noise_sd
        assert found.typicality_median == own.typicality.median


@pytest.mark.parametrize("labels", [[], [None, None], ["a", "a"], [None, "a"]])
def test_one_class_is_no_table(labels: list[str | None]) -> None:
    made = Columns()
    for label in labels:
        made.add(ImageRow("x", (1.0,), 1.0, (), (reading(0.5),), label))
    assert summarise_classes(made, LADDER, 0) == ()


@pytest.mark.parametrize(
    ("typicality", "outside"),
    [([0.2], True), ([1.2], False), ([3.6, 3.9, 3.7], True), ([9.0, 9.0, 9.0], False), ([], False)],
)
def test_few_images_are_outside_where_clean_ones_hardly_ever_are(
    typicality: list[float], outside: bool
) -> None:
    summary = summarise(columns([[0.5]] * len(typicality), typicality), LADDER, None, 0)
    assert (summary is not None and summary.outside_clean_range) is outside


def test_the_chance_of_few_is_fishers() -> None:
    """Against the chi-squared law of scipy's closed form for an even number of degrees."""
    generator = np.random.default_rng(0)
    shares = generator.uniform(0, 1, (20_000, 3))
    observed = -np.log([0.036, 0.039, 0.037]).sum()
    expected = float((-np.log(shares).sum(axis=1) >= observed).mean())
    assert _combined(np.array([3.6, 3.9, 3.7])) == pytest.approx(expected, abs=3e-3)
    assert _combined(np.array([50.0])) == pytest.approx(0.5)


def test_too_few_images_for_an_interval_have_none() -> None:
    for count in (4, 5):
        summary = summarise(columns([[0.3, 0.4]] * count, [50.0] * count), LADDER, 0.8, 0)
        assert summary is not None
        assert summary.strength_relative is not None
        spreads = (summary.strength, summary.strength_relative, summary.strength_noise_sd)
        assert [spread.interval is None for spread in spreads] == [count == 4] * 3
