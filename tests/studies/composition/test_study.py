"""Two operations one after the other, at every two of their magnitudes."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from augscore.engine.augment import augment
from augscore.engine.policy import Policy, View
from augscore.studies.composition.sentences import sentences
from augscore.studies.composition.study import CompositionStudy
from augscore.studies.composition.surface import surface_of
from augscore.studies.figures.lab import Lab
from augscore.studies.figures.sweeps import first_sweep

FIRST, SECOND = first_sweep("RandomSolarize"), first_sweep("Rotate")


def test_the_first_comes_first(lab: Lab, small_chunks: None) -> None:
    study = CompositionStudy(FIRST, SECOND, levels=3)
    pieces = study.pieces(lab)
    told: list[int] = []
    rows = {piece.name: study.measure(piece.name, lab, told.append) for piece in pieces}
    assert sum(told) == sum(piece.views for piece in pieces) == 6 * 9 == 6 * study.views(32)
    floats = lab.originals.pixels.to(torch.float32) / 255
    view = View((FIRST.step(0.5, 32), SECOND.step(45.0, 32)))
    (views,), _ = augment(floats, Policy("x", 32, (view,)), size=32, seed=5, ids=list("abcdef"))
    assert rows["1"]["magnitude"] == 0.5
    strengths = np.array(rows["1"]["strengths"])
    assert strengths[:, 2] == pytest.approx(lab.scorer.strength(floats, views).numpy(), rel=1e-4)
    published = study.publish(rows, lab)
    assert len(published.tables[0].rows) == 9
    assert Image.open(io.BytesIO(published.pictures["composition.png"])).size == (1530, 735)
    assert published.pictures == study.publish(rows, lab).pictures


def _surface(lab: Lab, score: list[list[float]]) -> tuple[str, ...]:
    rows = [
        {
            "magnitude": float(k),
            "score_values": [[v + s for s in line] for v in lab.values.tolist()],
            "strengths": [[abs(s) for s in line] for _ in range(6)],
        }
        for k, line in enumerate(score)
    ]
    return sentences(surface_of(FIRST, SECOND, (0.0, 1.0, 2.0), rows, lab))


def test_whether_the_map_is_linear_is_told(lab: Lab) -> None:
    linear = [[a + 2.0 * b for b in range(3)] for a in range(3)]
    bent = [[float(max(a, b) == 2) for b in range(3)] for a in range(3)]
    assert "nearly linear, unlike the caption" in _surface(lab, linear)[0]
    assert "not linear, as the caption" in _surface(lab, bent)[0]
