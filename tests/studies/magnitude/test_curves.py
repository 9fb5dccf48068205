"""Curves from a row: medians over images, shifts paired with originals, agreement one way."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from augscore.studies.figures.lab import Lab
from augscore.studies.figures.sweeps import first_sweep
from augscore.studies.magnitude.curves import Curve, curve_of
from augscore.studies.magnitude.curves_figure import score_png, strength_png
from augscore.studies.magnitude.sentences import agreement_table, sentences
from augscore.studies.magnitude.study import MagnitudeStudy

LEVELS = [-40.0, -20.0, 0.0, 20.0, 40.0]


def _row(lab: Lab, shifts: list[float], strengths: list[float]) -> dict[str, object]:
    """The same shift and strength for each image, at every level."""
    originals = lab.values.tolist()
    return {
        "magnitudes": LEVELS,
        "score_values": [[value + shift for shift in shifts] for value in originals],
        "strengths": [[s * lab.unrelated for s in strengths] for _ in originals],
        "digests": [list(range(len(LEVELS))) for _ in originals],
    }


def _curve(lab: Lab, shifts: list[float], strengths: list[float], op: str = "Rotate") -> Curve:
    return curve_of(first_sweep(op), _row(lab, shifts, strengths), lab)


def test_points_are_medians_over_images(lab: Lab) -> None:
    curve = _curve(lab, [-1.0, -0.5, 0.0, 0.2, 0.4], [2.0, 1.0, 0.0, 0.5, 0.25])
    assert [point.magnitude for point in curve.points] == LEVELS
    shifts = [point.score_shift.median for point in curve.points]
    assert shifts == pytest.approx([-1.0, -0.5, 0.0, 0.2, 0.4], abs=1e-9)
    strengths = [point.strength for point in curve.points]
    assert [s.median for s in strengths] == pytest.approx([2.0, 1.0, 0.0, 0.5, 0.25])
    first = curve.points[0]
    assert first.score_value.median == pytest.approx(np.median(lab.values.numpy()) - 1.0)
    assert curve.points[2].noise_sd is None
    assert curve.points[2].noise_bound == "below_floor"


def test_each_direction_is_a_case_of_its_own(lab: Lab) -> None:
    curve = _curve(lab, [-1.0, -0.5, 0.0, 0.2, 0.4], [2.0, 1.0, 0.0, 0.5, 0.25])
    below, above = curve.cases
    assert (below.name, below.farthest, below.levels) == ("Rotate −", -40.0, 3)
    assert (below.mean, below.p05, below.score_mean) == (1.0, 1.0, -1.0)
    assert (below.shift, below.strength) == pytest.approx((-1.0, 2.0))
    assert above.mean == pytest.approx(0.5)  # 0, 0.5, 0.25: ranks 1, 3, 2
    assert above.score_mean == 1.0
    assert (above.images, above.unchanged) == (6, 0)


def test_an_operation_that_changes_nothing_has_no_agreement(lab: Lab) -> None:
    below, _ = _curve(lab, [0.0] * 5, [0.0] * 5).cases
    assert below.mean is None
    assert below.score_mean is None
    assert (below.images, below.unchanged) == (0, 6)
    assert agreement_table([_curve(lab, [0.0] * 5, [0.0] * 5)])[1][2] == "none"


def test_sentences_count_cases(lab: Lab) -> None:
    falling = _curve(lab, [-1.0, -0.5, 0.0, 0.2, 0.4], [2.0, 1.0, 0.0, 0.5, 1.0])
    colour = _curve(lab, [-1.0, -0.5, 0.0, 0.0, 0.0], [2.0, 1.0, 0.0, 0.5, 0.25], "Hue")
    first, second, third = sentences([falling, colour])
    assert "falls with magnitude in 2 of 4 cases" in first
    assert "rises in 1, and does neither in 1" in first
    assert "Of 2 cases of colour operations S falls in 1 and rises in 0." in second
    assert "agrees only in part" in second
    assert "in 3 of 4 cases; least in Hue +: 0.500" in third


def test_a_caption_that_holds_or_does_not_is_told(lab: Lab) -> None:
    strengths = [2.0, 1.0, 0.0, 0.5, 1.0]
    low = _curve(lab, [-1.0, -0.5, 0.0, -0.2, -0.4], strengths, "Hue")
    high = _curve(lab, [1.0, 0.5, 0.0, 0.2, 0.4], strengths, "Hue")
    assert "This agrees with" in sentences([low])[1]
    assert "This disagrees with" in sentences([high])[1]
    assert len(sentences([_curve(lab, [0.0] * 5, strengths)])) == 2


def test_pictures_are_the_same_again(lab: Lab) -> None:
    curves = [_curve(lab, [-1.0, -0.5, 0.0, 0.2, 0.4], [2.0, 1.0, 0.0, 0.5, 1.0])]
    for png in (score_png, strength_png):
        data = png(curves, lab)
        assert data == png(curves, lab)
        width, height = Image.open(io.BytesIO(data)).size
        assert width > height > 300


def test_a_study_reads_what_the_scorer_reads(lab: Lab, small_chunks: None) -> None:
    study = MagnitudeStudy((first_sweep("Brightness"), first_sweep("JPEG")), levels=5)
    told: list[int] = []
    rows = {piece.name: study.measure(piece.name, lab, told.append) for piece in study.pieces(lab)}
    assert sum(told) == sum(piece.views for piece in study.pieces(lab))
    assert sum(told) == 2 * 5 * 6
    assert study.views(32) == MagnitudeStudy(levels=5).views(32)
    row = rows["Brightness.factor"]
    darkest = lab.originals.pixels.to(lab.values.dtype) / 255 * 0.1
    scores, strengths = (np.array(row[name]) for name in ("score_values", "strengths"))
    norms = lab.scorer.score_norm(darkest).to(lab.values.dtype)
    wanted = np.log(norms.numpy() * np.array(lab.scorer.sigmas)).mean(axis=1)
    assert scores[:, 0] == pytest.approx(wanted, abs=1e-4)
    floats = lab.originals.pixels.to(lab.values.dtype) / 255
    assert strengths[:, 0] == pytest.approx(lab.scorer.strength(floats, darkest).numpy(), rel=1e-4)
    assert strengths[:, 2] == pytest.approx(0.0, abs=1e-6)
    published = study.publish(rows, lab)
    assert set(published.pictures) == {"score-value.png", "strength.png"}
    curves, within = (table.rows for table in published.tables)
    assert len(curves) == 10
    assert [row["name"] for row in within] == ["Brightness −", "Brightness +", "JPEG"]
