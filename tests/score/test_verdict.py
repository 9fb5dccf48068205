"""The words for a network that does not beat the linear denoiser."""

from __future__ import annotations

import math

import pytest

from augscore.score.model import load_model
from augscore.score.verdict import doubts, doubts_of, levels_lost
from augscore.score.wiener import ErrorRow
from augscore.strength.model_path import bundled_path


def rows(*ratios: float) -> tuple[ErrorRow, ...]:
    return tuple(ErrorRow(0.1, 0.01 * ratio, 0.01) for ratio in ratios)


@pytest.mark.parametrize(
    ("ratios", "lost"), [((0.5, 0.99), 0), ((1.0, 0.5), 1), ((2.0, 1.5, math.nan), 3), ((), 0)]
)
def test_a_level_is_lost_unless_the_network_is_better(ratios: tuple[float, ...], lost: int) -> None:
    assert levels_lost(rows(*ratios)) == lost


def test_the_words() -> None:
    assert doubts(rows(0.5, 0.9), 5) == ()
    assert doubts(rows(1.5, 0.9, 2.0), 9) == (
        "worse than the linear denoiser at 2 of 3 noise levels: train longer",
    )
    assert doubts(rows(0.5), 1) == (
        "only 1 image was held out: the comparison is uncertain, give more images",
    )
    assert len(doubts(rows(2.0), 4)) == 2
    assert doubts((), 0) == ()


def test_the_bundled_model_raises_no_doubt() -> None:
    assert doubts_of(load_model(bundled_path()).card) == ()
