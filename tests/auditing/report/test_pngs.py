"""The pictures beside the report: their size, what stands where, and that any name can be drawn."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from augscore.auditing.audit import Audit
from augscore.auditing.report.curves_figure import COLUMNS, MOST, curves_png
from augscore.auditing.report.font import drawable, drawable_end
from augscore.auditing.report.gallery_figure import gallery_png
from augscore.auditing.report.picture import SIDE, Picture
from tests.auditing.report import example, example_ops, example_pictures

NAMES = ("$x_{$", "猫の写真", "\U0001f63a", "\x1b[31m", "a" * 300, "\udcff", "")


def opened(png: bytes | None) -> np.ndarray:
    assert png is not None
    with Image.open(io.BytesIO(png)) as image:
        assert image.format == "PNG"
        return np.asarray(image.convert("RGB"), dtype=np.int64)


def with_ops(count: int, name: str = "Solarize") -> Audit:
    op = replace(example_ops.OPS[0], op=name)
    return replace(example.full(), ops=(op,) * count)


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return example_pictures.pictures()


def test_the_same_audit_gives_the_same_bytes(pictures: list[Picture]) -> None:
    assert curves_png(example.full()) == curves_png(example.full())
    assert gallery_png(pictures) == gallery_png(pictures)


def test_nothing_to_draw_gives_no_picture(pictures: list[Picture]) -> None:
    assert curves_png(example.thin()) is None
    assert gallery_png([]) is None
    assert gallery_png([p for p in pictures if p.finding is not None]) is None


def test_curves_grow_by_rows_and_stop_at_the_most() -> None:
    heights = [opened(curves_png(with_ops(n))).shape[0] for n in (1, COLUMNS, COLUMNS + 1)]
    assert heights[0] == heights[1] < heights[2]
    most, more = (opened(curves_png(with_ops(n))) for n in (MOST, MOST + 3))
    assert most.shape == more.shape
    assert (most != more).any()


def test_a_curve_stands_where_its_strength_is() -> None:
    quarter, half, most = (height_of(strength) for strength in (0.25, 0.5, 0.75))
    assert quarter - half == pytest.approx(half - most, abs=1.5)
    assert half - most > 30


def height_of(strength: float) -> float:
    """The row, from the top, at which a flat curve of this strength is drawn in its own blue."""
    flat = example_ops.curve("magnitude", "", (0.0, 1.0), (strength, strength))
    op = replace(example_ops.OPS[0], curves=(flat,))
    shown = opened(curves_png(replace(example.full(), ops=(op,))))
    blue = np.abs(shown - [0, 0x72, 0xB2]).sum(axis=2) < 30
    assert blue.any()
    return float(np.flatnonzero(blue.any(axis=1)).mean())


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_drawn(name: str, pictures: list[Picture]) -> None:
    """Warnings are errors here: of a glyph that is missing, of a formula that is none."""
    whole = with_ops(1, name)
    assert curves_png(replace(whole, policy=replace(whole.policy, name=name))) is not None
    shown = replace(pictures[0], example=replace(pictures[0].example, image=name))
    assert gallery_png([shown]) is not None


def test_long_names_are_cut_where_they_say_least() -> None:
    assert drawable("RandomResizedCrop", 8) == "RandomR…"
    assert drawable_end("holiday/2019/cat.jpg", 8) == "…cat.jpg"
    assert drawable_end("猫.jpg", 8) == "?.jpg"


def test_the_gallery_shows_original_view_and_difference(pictures: list[Picture]) -> None:
    shown = opened(gallery_png(pictures))
    rows = opened(gallery_png([p for p in pictures if p.example.kind != "typical"]))
    assert rows.shape[0] < shown.shape[0]
    only = replace(pictures[0], example=replace(pictures[0].example, kind="strongest"))
    sheet = opened(gallery_png([only]))
    for jpeg in (only.original, only.view):
        with Image.open(io.BytesIO(jpeg)) as image:
            tile = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS))
        assert found_in(sheet, tile.astype(np.int64))


def found_in(sheet: np.ndarray, tile: np.ndarray) -> bool:
    first = np.argwhere((sheet == tile[0, 0]).all(axis=2))
    return any(
        np.array_equal(sheet[y : y + SIDE, x : x + SIDE], tile)
        for y, x in first
        if y + SIDE <= sheet.shape[0] and x + SIDE <= sheet.shape[1]
    )
