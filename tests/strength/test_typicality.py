"""Two-sided typicality: uniform on the clean set, falling with distance, ordered beyond it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from augscore.strength.typicality import CleanNorms, fit_clean_norms

CLEAN = torch.randn(400, 4, generator=torch.Generator().manual_seed(1)) @ torch.tensor(
    [[1.0, 0.5, 0, 0], [0, 1, 0.3, 0], [0, 0, 0.4, 0.1], [0, 0, 0, 0.2]]
)
FITTED = fit_clean_norms(CLEAN)


def test_distances_are_mahalanobis_with_a_small_ridge() -> None:
    values = CLEAN.double().numpy()
    covariance = np.cov(values.T) + 1e-4 * np.eye(4)
    centred = values - values.mean(axis=0)
    expected = [float(row @ np.linalg.inv(covariance) @ row) for row in centred]
    assert FITTED.distance(CLEAN).tolist() == pytest.approx(expected, rel=1e-6)
    assert FITTED.distances == pytest.approx(sorted(expected), rel=1e-6)


def test_percentiles_of_the_clean_set_are_uniform() -> None:
    found = sorted(FITTED.typicality(CLEAN).tolist())
    ranks = [100 * (i + 0.5) / 400 for i in range(400)]
    assert found == pytest.approx(ranks, abs=0.5)


def test_usual_is_high_and_both_sides_are_strange() -> None:
    mean = torch.tensor([FITTED.mean])
    assert float(FITTED.typicality(mean)) > 99.8
    away = torch.tensor([[3.0, 3, 3, 3]])
    assert float(FITTED.typicality(mean + away)) < 1
    assert float(FITTED.typicality(mean - away)) < 1
    assert float(FITTED.typicality(mean + away)) == pytest.approx(
        float(FITTED.typicality(mean - away))
    )


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1000), min_size=2, max_size=20))
def test_it_falls_with_distance_and_stays_between_0_and_100(radii: list[float]) -> None:
    direction = torch.tensor([[0.3, -0.2, 0.5, 0.1]], dtype=torch.float64)
    points = (
        torch.tensor(FITTED.mean, dtype=torch.float64)
        + torch.tensor(sorted(radii), dtype=torch.float64)[:, None] * direction
    )
    found = FITTED.typicality(points)
    assert bool((found[1:] <= found[:-1]).all())
    assert bool(((found > 0) & (found < 100)).all())


def test_outliers_keep_their_order_beyond_the_clean_set() -> None:
    mean = torch.tensor([FITTED.mean])
    far = torch.stack([mean[0] + k for k in (10.0, 20.0, 40.0, 1000.0)])
    found = FITTED.typicality(far).tolist()
    assert found == sorted(found, reverse=True)
    assert len(set(found)) == 4
    assert found[0] / found[1] == pytest.approx(4, rel=1e-3)
    assert found[0] < float(FITTED.typicality(CLEAN).min())


def test_identical_clean_images_do_not_break_it() -> None:
    same = fit_clean_norms(torch.ones(5, 2))
    assert isinstance(same, CleanNorms)
    found = same.typicality(torch.tensor([[1.0, 1.0], [2.0, 1.0]]))
    assert bool(torch.isfinite(found).all())
    assert float(found[1]) < float(found[0])
