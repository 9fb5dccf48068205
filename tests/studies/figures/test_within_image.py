"""Strength against magnitude within each image, held to readings made one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.stats import spearmanr

from augscore.engine.augment import augment
from augscore.engine.ops.table import OPS
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError
from augscore.strength.scorer import Scorer
from augscore.studies.figures.originals import Originals
from augscore.studies.figures.sweeps import first_sweep
from augscore.studies.figures.within_image import (
    one_way,
    strengths_at,
    within_image,
    within_image_spearman,
)

pytestmark = pytest.mark.usefixtures("small_chunks")


def test_it_is_spearmans_of_single_readings(tiny_scorer: Scorer, pictures: torch.Tensor) -> None:
    ids = list("abcdef")
    below, above = within_image_spearman(
        tiny_scorer, pictures, OPS["Rotate"], ids=ids, seed=3, levels=5
    )
    assert below.magnitudes == (0.0, -11.25, -22.5, -33.75, -45.0)
    assert above.magnitudes == (0.0, 11.25, 22.5, 33.75, 45.0)
    floats = pictures.to(torch.float32) / 255
    strengths = []
    for value in above.magnitudes:
        step = first_sweep("Rotate").step(value, 32)
        (views,), _ = augment(floats, Policy("x", 32, (View((step,)),)), size=32, seed=3, ids=ids)
        strengths.append(tiny_scorer.strength(floats, views))
    table = torch.stack(strengths, dim=1).numpy()
    for row, value in zip(table, above.agreement, strict=True):
        assert value == pytest.approx(spearmanr(row, above.magnitudes).statistic, abs=1e-9)
    assert above.mean == pytest.approx(above.agreement.mean())


def test_every_magnitude_of_an_operation_is_there(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    found = within_image_spearman(tiny_scorer, pictures[:2], OPS["Translate"], levels=3)
    assert [(one.sweep.argument, one.direction) for one in found] == [
        ("dx", "below"),
        ("dx", "above"),
        ("dy", "below"),
        ("dy", "above"),
    ]


def test_noise_reads_as_more_the_more_there_is(tiny_scorer: Scorer, pictures: torch.Tensor) -> None:
    (noise,) = within_image_spearman(tiny_scorer, pictures, OPS["GaussianNoise"])
    assert len(noise.magnitudes) == 11
    assert noise.mean is not None
    assert noise.mean > 0.95


def test_an_image_that_is_left_alone_has_none(tiny_scorer: Scorer) -> None:
    both = torch.zeros(2, 3, 32, 32)
    both[1] = torch.rand(3, 32, 32, generator=torch.Generator().manual_seed(0))
    below, _ = within_image_spearman(tiny_scorer, both, OPS["Brightness"], levels=4)
    assert np.isnan(below.agreement).tolist() == [True, False]
    assert len(below.known) == 1
    assert below.mean == below.agreement[1]


def test_levels_at_which_a_view_stays_the_same_are_left_out(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    """A place drawn within the padding, in whole px, need not move with each px of padding."""
    originals = Originals.of(tiny_scorer, pictures)
    sweep = first_sweep("RandomCrop")
    values = sweep.levels(32, 11)
    strengths, digests = strengths_at(tiny_scorer, originals, sweep, values, seed=0)
    stays = digests[:, 1:] == digests[:, :-1]
    assert stays.any()
    assert np.array_equal(stays, strengths[:, 1:] == strengths[:, :-1])
    (one,) = within_image(sweep, values, strengths, digests)
    for row, kept, value in zip(strengths, ~stays, one.agreement, strict=True):
        places = [0, *(np.flatnonzero(kept) + 1)]
        if len(places) > 1:
            assert value == pytest.approx(spearmanr(row[places], places).statistic, abs=1e-9)


def test_nothing_known_gives_nothing() -> None:
    sweep = first_sweep("JPEG")
    (one,) = within_image(sweep, (5.0, 50.0, 100.0), np.zeros((3, 3)), np.zeros((3, 3), int))
    assert one.mean is None
    assert one.low is None


def test_one_way_begins_at_the_weakest() -> None:
    values = (-2.0, -1.0, 0.0, 3.0)
    sweep = first_sweep("Rotate")
    assert one_way(sweep, "below", values) == [2, 1, 0]
    assert one_way(sweep, "above", values) == [2, 3]
    assert one_way(first_sweep("JPEG"), "below", (5.0, 50.0, 100.0)) == [2, 1, 0]


def test_an_operation_without_a_magnitude_is_refused(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    with pytest.raises(UsageError, match="RandomInvert"):
        within_image_spearman(tiny_scorer, pictures, OPS["RandomInvert"])
