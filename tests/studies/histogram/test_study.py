"""Images and their views: what is read, which operations made them, and what is said of it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from augscore.engine.augment import views_of
from augscore.engine.policies import find_policy
from augscore.errors import InputError
from augscore.images.decode import decode
from augscore.images.records import Candidate, Picture
from augscore.measuring.sources import folder_source
from augscore.strength.scorer import Scorer
from augscore.studies.figures.choosing import Asked, choose_images
from augscore.studies.figures.lab import Lab, lab_of
from augscore.studies.histogram.bins import binned
from augscore.studies.histogram.colour_ops import applied_ops
from augscore.studies.histogram.sentences import sentences
from augscore.studies.histogram.study import HistogramStudy
from augscore.studies.histogram.values import Values
from tests.conftest import draw_scene

POLICY = find_policy("simclr-cifar")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("histogram")
    for k in range(7):
        draw_scene(48, k).save(folder / f"{k}.png")
    return folder


def _lab(folder: Path, scorer: Scorer) -> Lab:
    chosen = choose_images(folder_source([folder]), Asked(6, 32, 3, 0), lambda side: 2)
    return lab_of("photos", scorer, chosen, seed=3)


def test_views_are_those_of_measure(
    folder: Path, tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drawn from the decoded image, at its own size."""
    monkeypatch.setattr("augscore.strength.sight._CHUNK_PIXELS_CPU", 4 * 32 * 32)
    lab = _lab(folder, tiny_scorer)
    study = HistogramStudy(POLICY)
    pieces = study.pieces(lab)
    assert [piece.views for piece in pieces] == [4, 2]
    rows = {piece.name: study.measure(piece.name, lab, lambda done: None) for piece in pieces}
    read = [decode(Candidate(folder / str(name), str(name))) for name in lab.originals.ids]
    images = [one.pixels for one in read if isinstance(one, Picture)]
    ids = list(lab.originals.ids)
    (views,), draw = views_of(images, POLICY, views=1, size=32, seed=3, ids=ids)
    found = [value for piece in pieces for value in rows[piece.name]["strengths"]]  # type: ignore[attr-defined]
    references = lab.originals.pixels
    assert found == pytest.approx(
        tiny_scorer.strength(references.to(views.dtype) / 255, views).tolist(), rel=1e-4
    )
    published = study.publish(rows, lab)
    table = published.tables[0].rows
    assert [row["image"] for row in table] == ids
    told = [" ".join(applied_ops(draw.describe(k, 0)["steps"])) for k in range(6)]
    assert [row["operations"] for row in table] == told
    assert published.pictures == study.publish(rows, lab).pictures
    bare = replace(study, thumbnails=False).publish(rows, lab)
    with_pictures, without = (
        Image.open(io.BytesIO(one.pictures["histogram.png"])).size for one in (published, bare)
    )
    assert with_pictures[0] == without[0]
    assert with_pictures[1] > without[1] + 200


def test_an_image_that_went_away_is_told(tmp_path: Path, tiny_scorer: Scorer) -> None:
    for k in range(6):
        draw_scene(48, k).save(tmp_path / f"{k}.png")
    lab = _lab(tmp_path, tiny_scorer)
    (tmp_path / "2.png").unlink()
    study = HistogramStudy(POLICY)
    with pytest.raises(InputError, match=r"2\.png cannot be read any more"):
        study.measure(study.pieces(lab)[0].name, lab, lambda done: None)


def test_operations_of_a_mixture_are_those_of_its_branches() -> None:
    steps = [
        {"op": "Rotate", "applied": False, "magnitudes": {}},
        {
            "op": "AugMix",
            "applied": True,
            "branches": [{"weight": 1.0, "steps": [{"op": "Hue", "applied": True}]}],
        },
    ]
    assert applied_ops(steps) == ("AugMix", "Hue")


def _told(lab: Lab, shifts: list[float], coloured: int) -> list[str]:
    originals = np.linspace(-1, 1, len(shifts))
    ops = [("Hue",)] * coloured + [("Rotate",)] * (len(shifts) - coloured)
    values = Values(originals, originals + shifts, np.ones(len(shifts)), tuple(ops))
    return list(sentences(values, binned(values)[0], "mine", lab))


def test_lower_and_higher_views_are_told(lab: Lab) -> None:
    first, *_ = _told(lab, [-0.5] * 40, 0)
    assert "is lower than that of its original: median change −0.500 nats" in first
    assert "lower in 100 % of the images. This agrees with" in first
    assert "higher than" in _told(lab, [0.5] * 40, 0)[0]
    assert "This disagrees with" in _told(lab, [0.5] * 40, 0)[0]


def test_colour_is_compared_where_both_are_there(lab: Lab) -> None:
    assert len(_told(lab, [-0.5] * 40, 4)) == 2
    _, agrees, _ = _told(lab, [-0.9] * 20 + [-0.1] * 20, 20)
    assert "in 20 views, without one −0.100 nats" in agrees
    assert "This agrees with the caption" in agrees
    assert "This disagrees with" in _told(lab, [-0.1] * 20 + [-0.9] * 20, 20)[1]
    assert "does not settle the caption" in _told(lab, [-0.1] * 40, 20)[1]
