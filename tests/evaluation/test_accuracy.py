"""Shares of images told right: exact counts, and intervals held to the binomial's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from augscore.errors import TensorError
from augscore.evaluation.accuracy import Accuracy, accuracy, by_class, mean_interval


def right(of: int, correct: int) -> tuple[torch.Tensor, torch.Tensor]:
    labels = torch.zeros(of, dtype=torch.int64)
    found = torch.ones(of, dtype=torch.int64)
    found[:correct] = 0
    return found, labels


def test_the_share_is_that_of_images_told_right() -> None:
    assert accuracy(*right(40, 30)).value == 0.75


@pytest.mark.parametrize(("of", "correct"), [(200, 150), (1000, 900), (50, 25)])
def test_the_interval_is_that_of_the_binomial(of: int, correct: int) -> None:
    """What resampling images right or wrong with replacement is, were it done without end."""
    found = accuracy(*right(of, correct))
    p = correct / of
    shares = [math.comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(of + 1)]
    cumulated = np.cumsum(shares)
    low, high = (int(np.searchsorted(cumulated, tail)) / of for tail in (0.025, 0.975))
    near = 1 / of + 0.1 * math.sqrt(p * (1 - p) / of)
    assert found.low == pytest.approx(low, abs=near)
    assert found.high == pytest.approx(high, abs=near)


def test_nothing_wrong_leaves_no_doubt_and_one_image_neither() -> None:
    assert accuracy(*right(10, 10)) == Accuracy(1.0, 1.0, 1.0)
    assert accuracy(*right(1, 0)) == Accuracy(0.0, 0.0, 0.0)


def test_the_seed_alone_decides_the_draws() -> None:
    values = torch.rand(300, generator=torch.Generator().manual_seed(0))
    one, again, other = (mean_interval(values, seed=seed) for seed in (3, 3, 4))
    assert one == again != other


def test_the_level_widens_the_interval() -> None:
    values = torch.rand(300, generator=torch.Generator().manual_seed(0))
    narrow, wide = (mean_interval(values, seed=0, level=level) for level in (0.5, 0.99))
    assert wide[0] < narrow[0] < float(values.mean()) < narrow[1] < wide[1]


def test_a_row_for_every_class() -> None:
    rows = by_class(torch.tensor([0, 0, 1, 0]), torch.tensor([0, 1, 1, 0]), ("cat", "dog", "elk"))
    assert [(r.name, r.images, r.accuracy) for r in rows] == [
        ("cat", 2, 1.0),
        ("dog", 2, 0.5),
        ("elk", 0, None),
    ]


def test_what_cannot_be_compared() -> None:
    with pytest.raises(TensorError, match=r"got shapes \(2,\) and \(3,\)"):
        accuracy(torch.zeros(2), torch.zeros(3))
    with pytest.raises(TensorError, match="N > 0"):
        accuracy(torch.zeros(0), torch.zeros(0))
