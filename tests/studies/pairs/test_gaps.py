"""Gaps between two views: maps that are symmetric, and what they follow."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.studies.figures.lab import Lab
from augscore.studies.figures.sweeps import first_sweep
from augscore.studies.pairs.gaps import Gaps, gaps_of, level_pairs
from augscore.studies.pairs.maps_figure import gap_png, strength_png
from augscore.studies.pairs.sentences import gap_table, sentences
from augscore.studies.pairs.study import PairsStudy

LEVELS = [-40.0, -20.0, 0.0, 20.0, 40.0]


def _gaps(
    lab: Lab,
    score: Callable[[float], float],
    strength: Callable[[float, float], float],
    op: str = "Rotate",
) -> Gaps:
    """Of images that all have the same score values and strengths."""
    pairs = level_pairs(len(LEVELS))
    row = {
        "magnitudes": LEVELS,
        "score_values": [[score(level) for level in LEVELS]] * 6,
        "strengths": [[strength(LEVELS[i], LEVELS[j]) * lab.unrelated for i, j in pairs]] * 6,
    }
    return gaps_of(first_sweep(op), row, lab)


def _apart(a: float, b: float) -> float:
    return abs(a - b) / 40


def test_pairs_are_every_two_levels_once() -> None:
    assert level_pairs(3) == [(0, 1), (0, 2), (1, 2)]


def test_maps_are_symmetric_with_nothing_on_the_diagonal(lab: Lab) -> None:
    found = _gaps(lab, lambda m: m / 40, _apart)
    for table in (found.score_gap, found.strength):
        assert np.array_equal(table, table.T)
        assert not np.diag(table).any()
        wanted = [[_apart(a, b) for b in LEVELS] for a in LEVELS]
        assert table == pytest.approx(np.array(wanted))


def test_a_one_way_reading_follows_the_difference(lab: Lab) -> None:
    found = _gaps(lab, lambda m: m / 40, _apart)
    assert found.gap_by_difference is not None
    assert found.gap_by_size is not None
    assert found.gap_by_difference.median == pytest.approx(1.0)
    assert found.gap_by_size.median < 0.5


def test_a_two_sided_reading_follows_the_sizes(lab: Lab) -> None:
    found = _gaps(lab, lambda m: abs(m) / 40, _apart, "ShearX")
    assert found.gap_by_difference is not None
    assert found.gap_by_size is not None
    assert found.gap_by_size.median == pytest.approx(1.0)
    assert found.gap_by_difference.median < 0.5
    first, second, third = sentences([found])
    assert "in 0 of 1 cases" in first or "in 1 of 1 cases" in first
    assert "better than |m1 − m2| in 1. This agrees with" in second
    assert "grows with the difference in 1 of 1 cases" in third


def test_a_caption_that_does_not_hold_is_told(lab: Lab) -> None:
    same = _gaps(lab, lambda m: 1.0, lambda a, b: 0.0)
    assert same.gap_by_difference is None
    growing = _gaps(lab, lambda m: m, _apart)
    assert "in 0 of 1 cases" in sentences([same])[0]
    assert "This disagrees with" in sentences([same])[0]
    assert "This agrees only in part with" in sentences([same, growing])[0]
    assert gap_table([same])[1][1] == "none"


def test_pictures_are_the_same_again(lab: Lab) -> None:
    found = [_gaps(lab, lambda m: m / 40, _apart)]
    for png in (gap_png, strength_png):
        data = png(found, lab)
        assert data == png(found, lab)
        assert Image.open(io.BytesIO(data)).size[0] > 600


def test_a_study_reads_what_the_scorer_reads(lab: Lab, small_chunks: None) -> None:
    study = PairsStudy((first_sweep("Contrast"),), levels=3)
    (piece,) = study.pieces(lab)
    told: list[int] = []
    row = study.measure(piece.name, lab, told.append)
    assert sum(told) == piece.views == 18
    floats = lab.originals.pixels.to(torch.float32) / 255
    grey = floats.mul(torch.tensor([0.2989, 0.587, 0.114]).view(3, 1, 1)).sum(1, keepdim=True)
    mean = grey.mean((2, 3), keepdim=True)
    low, high = ((mean + f * (floats - mean)).clamp(0, 1) for f in (0.1, 1.9))
    strengths = np.array(row["strengths"])
    assert strengths.shape == (6, 3)
    assert strengths[:, 1] == pytest.approx(lab.scorer.strength(low, high).numpy(), rel=1e-3)
    published = study.publish({piece.name: row}, lab)
    assert len(published.tables[0].rows) == 3
    assert set(published.pictures) == {"score-gap.png", "pair-strength.png"}
