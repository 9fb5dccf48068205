"""All contenders see the same views, and strength's row is its agreement within images."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from augscore.engine.ops.table import OPS
from augscore.json_values import Json, mapping
from augscore.strength.scorer import Scorer
from augscore.studies.agreement.contenders import (
    LEVEL,
    PLAIN,
    STRENGTH,
    Against,
    Contender,
    of_scorer,
)
from augscore.studies.agreement.within.following import cases_in
from augscore.studies.agreement.within.rows import rows_of_set
from augscore.studies.agreement.within.sets import Pictures, PictureSet, picture_sets, sizes_for
from augscore.studies.figures.within_image import within_image_spearman
from tests.studies.agreement.folders import cifar_folder, photo_folder

pytestmark = pytest.mark.usefixtures("few_sweeps", "small_chunks")


def a_set(pictures: torch.Tensor) -> PictureSet:
    names = tuple("abcdef")[: len(pictures)]
    return PictureSet("made up", len(pictures), lambda: Pictures(names, pictures))


def rows_of(
    scorer: Scorer, pictures: torch.Tensor, contenders: Sequence[Contender], sweep: str
) -> list[Json]:
    names = (*(contender.name for contender in contenders), LEVEL)

    def lacking(reference: str) -> Collection[str]:
        return names if reference == sweep else ()

    return list(rows_of_set(a_set(pictures), scorer, contenders, lacking))


def test_strength_has_its_agreement_within_images(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    some = pictures[:3]
    strength = of_scorer(STRENGTH, tiny_scorer)
    rows = rows_of(tiny_scorer, some, [strength], "Rotate.degrees")
    ids = list("abc")
    wanted = within_image_spearman(tiny_scorer, some, OPS["Rotate"], ids=ids, seed=0)
    cases = cases_in(rows, "made up", STRENGTH)
    assert [case.direction for case in cases] == [one.direction for one in wanted]
    for case, one in zip(cases, wanted, strict=True):
        assert case.agreement == pytest.approx(one.agreement, abs=1e-9)
    for case in cases_in(rows, "made up", LEVEL):
        assert case.agreement == pytest.approx(1)


def test_all_contenders_see_the_same_views_of_the_same_pictures(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    seen: dict[str, list[torch.Tensor]] = {}

    def witness(name: str) -> Contender:
        def look(references: torch.Tensor) -> Against:
            def against(places: Sequence[int], images: torch.Tensor) -> torch.Tensor:
                seen.setdefault(name, []).extend([references[list(places)], images])
                return torch.zeros(len(images))

            return against

        return Contender(name, look)

    rows_of(tiny_scorer, pictures[:2], [witness("a"), witness("b")], "GaussianNoise.sd")
    assert len(seen["a"]) >= 2
    assert all(torch.equal(a, b) for a, b in zip(seen["a"], seen["b"], strict=True))
    assert sum(len(images) for images in seen["a"][1::2]) == 2 * 11


def test_noise_is_followed_by_pixels_and_a_blank_picture_has_no_hue(
    tiny_scorer: Scorer, pictures: torch.Tensor
) -> None:
    some = torch.stack([pictures[0], torch.full_like(pictures[0], 90)])
    (noise,) = rows_of(tiny_scorer, some, PLAIN, "GaussianNoise.sd")
    (case,) = cases_in([noise], "made up", "pixel RMS")
    assert case.agreement == pytest.approx(1)
    (hue,) = rows_of(tiny_scorer, some, PLAIN, "Hue.turns")
    for values in mapping(hue["agreements"])["pixel RMS"]:  # type: ignore[attr-defined]
        assert [value is None for value in values] == [False, True]


def test_there_are_eight_small_pictures_for_a_photograph(tmp_path: Path) -> None:
    folder = photo_folder(cifar_folder(tmp_path / "judges", test=20), 3)
    small, photographs = picture_sets(folder, 48, sizes_for(2))
    assert (small.count, photographs.count) == (16, 2)
    assert small.read().pixels.shape == (16, 3, 32, 32)
    shown = photographs.read()
    assert shown.pixels.shape == (2, 3, 48, 48)
    assert shown.pixels.dtype == torch.uint8
    assert len(set(shown.ids)) == 2
    all_there = picture_sets(folder, 48, sizes_for(50))
    assert [one.count for one in all_there] == [20, 3]
    assert np.isin(shown.ids, all_there[1].read().ids).all()
