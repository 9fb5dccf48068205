"""What simple shapes explain of a surface: closed forms, and intervals over images."""

from __future__ import annotations

import numpy as np
import pytest

from augscore.studies.composition.explained import explained

FIRST = np.array([0.0, 0.5, 1.0, 2.0])
SECOND = np.array([-1.0, 0.0, 1.0])
A, B = np.meshgrid(FIRST, SECOND, indexing="ij")


def test_a_plane_explains_itself() -> None:
    found = explained(np.stack([3 + 2 * A - B] * 5), FIRST, SECOND, seed=0)
    assert found.plane.value == pytest.approx(1.0)
    assert (found.plane.low, found.plane.high) == pytest.approx((1.0, 1.0))
    assert found.curves.value == pytest.approx(1.0)


def test_added_curves_are_no_plane() -> None:
    found = explained(np.stack([A**2 + np.abs(B)] * 4), FIRST, SECOND, seed=0)
    assert found.curves.value == pytest.approx(1.0)
    assert found.plane.value < 0.9


def test_a_pure_interaction_is_explained_by_neither() -> None:
    centred = (A - FIRST.mean()) * (B - SECOND.mean())
    found = explained(np.stack([centred] * 4), FIRST, SECOND, seed=0)
    assert found.plane.value == pytest.approx(0.0, abs=1e-9)
    assert found.curves.value == pytest.approx(0.0, abs=1e-9)


def test_shares_are_those_of_least_squares() -> None:
    surface = np.sin(3 * A) + A * B
    design = np.stack([np.ones(A.size), A.ravel(), B.ravel()], axis=1)
    solved = np.linalg.lstsq(design, surface.ravel(), rcond=None)[0]
    rest = ((surface.ravel() - design @ solved) ** 2).sum()
    wanted = 1 - rest / ((surface - surface.mean()) ** 2).sum()
    found = explained(np.stack([surface] * 3), FIRST, SECOND, seed=0)
    assert found.plane.value == pytest.approx(wanted)


def test_a_surface_that_does_not_vary_is_explained() -> None:
    assert explained(np.ones((3, 4, 3)), FIRST, SECOND, seed=0).plane.value == 1.0


def test_unlike_images_widen_the_interval() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (12, 4, 3))
    found = explained(noise + 2 * A, FIRST, SECOND, seed=1)
    assert found.plane.low < found.plane.value < 1
    assert found.plane.high - found.plane.low > 0.02
    assert explained(noise + 2 * A, FIRST, SECOND, seed=1) == found
