"""The contact sheet: a PNG of three bands, drawn again from the keys."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import torch
from PIL import Image

from augscore.engine.augment import views_of
from augscore.images.resize import bring_to_size
from augscore.measuring.measurement import Measurement
from augscore.measuring.plan import MeasurePlan
from augscore.measuring.rows import Row
from augscore.measuring.run import run_measurement
from augscore.measuring.sheet import TILE, contact_sheet
from augscore.measuring.sources import matched_source

Plan = Callable[..., MeasurePlan]
WIDTH = 40 + 4 * (2 * 176 + 8) + 3 * 16


def sheet_of(plan: MeasurePlan) -> tuple[Measurement, bytes]:
    """A measurement, and the sheet made of its rows."""
    rows: list[Row] = []
    result = run_measurement(plan, rows=rows.append)
    return result, contact_sheet(plan.terms, lambda: rows)


def opened(png: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGB")


def tile(sheet: Image.Image, band: int, column: int, member: int) -> npt.NDArray[np.float64]:
    """Pixels of the original (0) or the view (1) of a cell."""
    left = 20 + column * (2 * TILE + 24) + member * (TILE + 8)
    top = 44 + band * (34 + TILE + 38 + 8) + 34
    return np.asarray(sheet.crop((left, top, left + TILE, top + TILE)), dtype=np.float64)


def enlarged(pixels: torch.Tensor) -> npt.NDArray[np.float64]:
    levels = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    image = Image.fromarray(levels).resize((TILE, TILE), Image.Resampling.LANCZOS)
    return np.asarray(image, dtype=np.float64)


def test_three_bands_from_weak_to_strong_show_originals_and_measured_views(
    plan: Plan, scenes: Path
) -> None:
    result, png = sheet_of(plan(scenes, views=2))
    sheet = opened(png)
    assert sheet.width == WIDTH
    assert sheet.height == 44 + 3 * (34 + 176 + 38 + 8)
    ranked = sorted(
        (reading.strength, str(row.path), k)
        for row in result.images
        for k, reading in enumerate(row.views)
    )
    for band, cells in enumerate((ranked[:4], ranked[10:14], ranked[:-5:-1])):
        for column, (_, name, k) in enumerate(cells):
            with Image.open(scenes / name) as image:
                pixels = torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)
            views, _ = views_of([pixels], "simclr", views=2, size=48, seed=0, ids=[name])
            for member, expected in enumerate((bring_to_size(pixels, 48), views[k][0])):
                assert np.abs(tile(sheet, band, column, member) - enlarged(expected)).max() <= 1


def test_originals_and_views_are_those_that_were_measured(plan: Plan, scenes: Path) -> None:
    """The identity shows the same picture twice; another policy does not."""
    for policy, same in (("identity", True), ("simclr", False)):
        sheet = opened(sheet_of(plan(scenes, policy=policy, limit=4))[1])
        pairs = [(tile(sheet, 0, c, 0), tile(sheet, 0, c, 1)) for c in range(4)]
        equal = [bool((a == b).all()) for a, b in pairs]
        assert all(equal) if same else not any(equal)


def test_few_views_have_one_band(plan: Plan, scenes: Path) -> None:
    _, png = sheet_of(plan(scenes, limit=3))
    assert png == sheet_of(plan(scenes, limit=3))[1]
    sheet = opened(png)
    assert (sheet.width, sheet.height) == (WIDTH, 44 + 34 + 176 + 38 + 8)
    assert tile(sheet, 0, 3, 0).std() == 0


def test_pairs_show_what_was_augmented_elsewhere(plan: Plan, scenes: Path, tmp_path: Path) -> None:
    for path in sorted(scenes.iterdir())[:2]:
        Image.new("RGB", (56, 56), (200, 30, 30)).save(tmp_path / path.name)
    sheet = opened(sheet_of(plan(matched_source(tmp_path, scenes)))[1])
    red = tile(sheet, 0, 0, 1)
    assert red.reshape(-1, 3).mean(axis=0).tolist() == pytest.approx([200, 30, 30], abs=1)


def test_files_that_vanished_stay_blank(plan: Plan, scenes: Path, tmp_path: Path) -> None:
    for path in sorted(scenes.iterdir())[:2]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    planned = plan(tmp_path)
    rows: list[Row] = []
    run_measurement(planned, rows=rows.append)
    for path in list(tmp_path.iterdir()):
        path.unlink()
    sheet = opened(contact_sheet(planned.terms, lambda: rows))
    assert tile(sheet, 0, 0, 0).std() == 0
