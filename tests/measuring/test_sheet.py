"""The contact sheet: a PNG of three bands, drawn again from the keys."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from augscore.measuring.rows import Measurement
from augscore.measuring.run import MeasureOptions
from augscore.measuring.sheet import COLUMNS, TILE, contact_sheet
from augscore.measuring.sources import folder_source, matched_source

Run = Callable[..., Measurement]
OPTIONS = MeasureOptions(policy="simclr", size=48, workers=0)
WIDTH = 40 + 4 * (2 * 176 + 8) + 3 * 16


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def tile(sheet: Image.Image, band: int, column: int, member: int) -> npt.NDArray[np.float64]:
    """Pixels of the original (0) or the view (1) of a cell."""
    left = 20 + column * (2 * TILE + 24) + member * (TILE + 8)
    top = 20 + band * (34 + TILE + 38 + 8) + 34
    return np.asarray(sheet.crop((left, top, left + TILE, top + TILE)), dtype=np.float64)


def test_a_sheet_has_three_bands_of_four_pairs(run: Run, scenes: Path) -> None:
    source = folder_source([scenes])
    result = run(source, views=2)
    png = contact_sheet(result, source, replace(OPTIONS, views=2))
    sheet = opened(png)
    assert sheet.width == WIDTH
    assert sheet.height == 20 + 3 * (34 + 176 + 38 + 8)
    for band in range(3):
        for column in range(COLUMNS):
            for member in (0, 1):
                assert tile(sheet, band, column, member).std() > 3


def test_originals_and_views_are_those_that_were_measured(run: Run, scenes: Path) -> None:
    """The identity shows the same picture twice; another policy does not."""
    source = folder_source([scenes])
    for policy, same in (("identity", True), ("simclr", False)):
        result = run(source, policy=policy, limit=4)
        sheet = opened(contact_sheet(result, source, replace(OPTIONS, policy=policy)))
        pairs = [(tile(sheet, 0, c, 0), tile(sheet, 0, c, 1)) for c in range(4)]
        equal = [bool((a == b).all()) for a, b in pairs]
        assert all(equal) if same else not any(equal)


def test_bands_run_from_weak_to_strong(run: Run, scenes: Path) -> None:
    """In the weakest band the views are nearer to their originals, by what was measured."""
    source = folder_source([scenes])
    result = run(source, views=3)
    ranked = sorted(
        ((v.strength, str(row.path)) for row in result.images for v in row.views),
    )
    sheet = opened(contact_sheet(result, source, replace(OPTIONS, views=3)))
    for band, column, (_, name) in ((0, 0, ranked[0]), (2, 0, ranked[-1]), (2, 1, ranked[-2])):
        with Image.open(scenes / name) as image:
            expected = np.asarray(
                image.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS),
                dtype=np.float64,
            )
        assert np.abs(tile(sheet, band, column, 0) - expected).mean() < 12


def test_few_views_have_one_band(run: Run, scenes: Path) -> None:
    source = folder_source([scenes])
    result = run(source, limit=3)
    png = contact_sheet(result, source, OPTIONS)
    assert png == contact_sheet(result, source, OPTIONS)
    sheet = opened(png)
    assert (sheet.width, sheet.height) == (WIDTH, 20 + 34 + 176 + 38 + 8)
    assert tile(sheet, 0, 3, 0).std() == 0


def test_pairs_show_what_was_augmented_elsewhere(run: Run, scenes: Path, tmp_path: Path) -> None:
    for path in sorted(scenes.iterdir())[:2]:
        Image.new("RGB", (56, 56), (200, 30, 30)).save(tmp_path / path.name)
    source = matched_source(tmp_path, scenes)
    result = run(source)
    sheet = opened(contact_sheet(result, source, OPTIONS))
    red = tile(sheet, 0, 0, 1)
    assert red.reshape(-1, 3).mean(axis=0).tolist() == pytest.approx([200, 30, 30], abs=1)


def test_files_that_vanished_stay_blank(run: Run, scenes: Path, tmp_path: Path) -> None:
    for path in sorted(scenes.iterdir())[:2]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    source = folder_source([tmp_path])
    result = run(source)
    for path in list(tmp_path.iterdir()):
        path.unlink()
    sheet = opened(contact_sheet(result, source, OPTIONS))
    assert tile(sheet, 0, 0, 0).std() == 0
