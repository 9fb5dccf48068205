"""What the page of a run shows of its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from augscore.training.reporting.log_row import LogRow
from augscore.training.reporting.panels import MOST_POINTS, Panel, absent_from, panels_of

BARE = LogRow(step=1, steps=10, epoch=0.1, loss=3.0)
FULL = replace(
    BARE,
    learning_rate=0.1,
    images_per_second=100.0,
    data_share=0.1,
    augmentation_share=0.2,
    scoring_share=0.3,
    network_share=0.4,
    positive_cosine=0.9,
    negative_cosine=0.1,
    weight_mean=1.0,
    weight_min=0.5,
    weight_max=1.5,
    effective_sample_size=0.9,
    knn=50.0,
    knn_low=48.0,
    knn_high=52.0,
    embedding_std=0.8,
    rankme=20.0,
    rankme_centred=30.0,
)


def _panel(rows: list[LogRow], title: str) -> Panel:
    return next(p for p in panels_of(rows) if p.title == title)


def test_a_panel_for_all_that_was_logged() -> None:
    assert len(panels_of([FULL])) == 10


def test_only_what_the_rows_hold_is_shown_and_the_rest_is_named() -> None:
    assert [panel.title for panel in panels_of([BARE])] == ["Loss"]
    assert len(absent_from([BARE])) == 2
    assert absent_from([BARE, FULL]) == []
    assert panels_of([]) == []


def test_k_nn_comes_with_its_interval_unless_one_is_missing() -> None:
    later = replace(FULL, epoch=2.0, knn=60.0, knn_low=57.0, knn_high=63.0)
    curve = _panel([FULL, BARE, later], "k-NN accuracy").curves[0]
    assert (curve.x, curve.y) == ((0.1, 2.0), (50.0, 60.0))
    assert curve.band == ((48.0, 52.0), (57.0, 63.0))
    assert _panel([FULL, replace(later, knn_low=None)], "k-NN accuracy").curves[0].band == ()


def test_a_long_run_is_averaged_and_keeps_the_extremes_of_weights() -> None:
    n = 4 * MOST_POINTS
    rows = [
        replace(FULL, step=i, epoch=float(i), loss=float(i % 4), weight_max=1.0 + (i % 4))
        for i in range(n)
    ]
    loss = _panel(rows, "Loss").curves[0]
    assert len(loss.y) == MOST_POINTS
    assert set(loss.y) == {1.5}
    assert loss.x[-1] == rows[-1].epoch
    assert set(_panel(rows, "Pair weights").curves[0].y) == {4.0}


def test_shares_of_time_fill_the_whole() -> None:
    unscored = replace(FULL, scoring_share=None, network_share=0.7, epoch=3.0)
    panel = _panel([FULL, BARE, unscored], "Where the time goes")
    sums = [sum(parts) for parts in zip(*(c.y for c in panel.curves), strict=True)]
    assert sums == pytest.approx([100.0, 100.0])
