"""A band: quantiles of images, and the bootstrap's interval of their median."""

from __future__ import annotations

import numpy as np
import pytest

from augscore.studies.figures.band import band_of


def test_quantiles_and_an_interval_about_the_median() -> None:
    band = band_of(np.arange(101.0), seed=0)
    assert (band.median, band.p05, band.p95) == (50.0, 5.0, 95.0)
    # The order statistics at 50.5 ± 1.96 · √(101) / 2.
    assert band.low == pytest.approx(40.5, abs=3)
    assert band.high == pytest.approx(60.5, abs=3)


def test_equal_values_have_no_width() -> None:
    band = band_of(np.full(7, 2.5), seed=1)
    assert {band.median, band.p05, band.p95, band.low, band.high} == {2.5}
