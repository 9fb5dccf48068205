"""A contact sheet: the weakest, median and strongest views beside their originals, as one PNG."""

from __future__ import annotations

import io
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from augscore.engine.augment import views_of
from augscore.images.records import Ignored, Skipped
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId
from augscore.measuring.rows import PairRow, Row, ViewReading, name_of, readings_in
from augscore.measuring.sources import entry_id
from augscore.measuring.subjects import Subject, distorted_of, subject
from augscore.measuring.terms import Terms
from augscore.outputs import printable
from augscore.strength.ladder import BELOW_FLOOR

TILE = 176
COLUMNS = 4
_GAP, _MARGIN, _CAPTION, _HEADING, _LEGEND = 8, 20, 38, 34, 24
_PAPER, _INK, _FAINT = (255, 255, 255), (28, 28, 30), (110, 110, 116)


@dataclass(frozen=True)
class _Cell:
    """One view of the table: whose, which, and what it read."""

    id: ImageId
    label: str
    view: int
    reading: ViewReading


def contact_sheet(terms: Terms, rows: Callable[[], Iterable[Row]]) -> bytes:
    """PNG of three bands; views are drawn again from their keys. Files that vanished stay blank.

    `rows()` begins a pass over all rows; only those on the sheet are kept.
    """
    bands = _bands(rows)
    found = _subjects(terms, {cell.id for _, cells in bands for cell in cells})
    width = 2 * _MARGIN + COLUMNS * (2 * TILE + _GAP) + (COLUMNS - 1) * 2 * _GAP
    band_height = _HEADING + TILE + _CAPTION
    height = _MARGIN + _LEGEND + len(bands) * (band_height + _GAP)
    sheet = Image.new("RGB", (width, height), _PAPER)
    _text(sheet, (_MARGIN, _MARGIN), _legend(terms), 13, _FAINT)
    for row, (heading, cells) in enumerate(bands):
        top = _MARGIN + _LEGEND + row * (band_height + _GAP)
        _text(sheet, (_MARGIN, top), heading, 18, _INK)
        for column, cell in enumerate(cells):
            left = _MARGIN + column * (2 * TILE + 3 * _GAP)
            if cell.id in found:
                _draw_cell(sheet, left, top + _HEADING, cell, found[cell.id], terms)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _legend(terms: Terms) -> str:
    made = "as given" if terms.policy is None else f"policy {terms.policy.name}"
    config, model = terms.config, terms.model
    return (
        f"Left the original, right the view ({made}, seed {config.seed}), {config.size} px, "
        f"model {model.name} {model.version}. Noise sd: pixel values in [0, 1]."
    )


def _bands(rows: Callable[[], Iterable[Row]]) -> list[tuple[str, list[_Cell]]]:
    """Three bands where there are enough views, one where there are few."""
    strengths = array("d", (v.strength for row in rows() for v in readings_in(row)))
    order = np.argsort(np.array(strengths), kind="stable").tolist()
    if len(order) <= COLUMNS:
        chosen = {"All views, weakest first": order}
    else:
        middle = max(0, len(order) // 2 - COLUMNS // 2)
        chosen = {
            "Weakest views": order[:COLUMNS],
            "Median views": order[middle : middle + COLUMNS],
            "Strongest views": order[-COLUMNS:][::-1],
        }
    cells = _cells(rows(), {place for places in chosen.values() for place in places})
    return [(heading, [cells[p] for p in places]) for heading, places in chosen.items()]


def _cells(rows: Iterable[Row], places: set[int]) -> dict[int, _Cell]:
    """The views at these places in the sequence of all views."""
    views = ((row, k, v) for row in rows for k, v in enumerate(readings_in(row)))
    return {
        place: _Cell(_id(row), str(name_of(row)), k, reading)
        for place, (row, k, reading) in enumerate(views)
        if place in places
    }


def _id(row: Row) -> ImageId:
    return f"{row.reference}\0{row.distorted}" if isinstance(row, PairRow) else row.path


def _subjects(terms: Terms, wanted: set[ImageId]) -> dict[ImageId, Subject]:
    found: dict[ImageId, Subject] = {}
    for entry in terms.source.entries():
        if not isinstance(entry, Skipped | Ignored) and entry_id(entry) in wanted:
            outcome = subject(entry, terms.config.max_pixels)
            if isinstance(outcome, Subject):
                found[entry_id(entry)] = outcome
    return found


def _draw_cell(
    sheet: Image.Image,
    left: int,
    top: int,
    cell: _Cell,
    item: Subject,
    terms: Terms,
) -> None:
    size = terms.config.size
    sheet.paste(_tile(bring_to_size(item.reference, size)), (left, top))
    sheet.paste(_tile(_view(cell, item, terms)), (left + TILE + _GAP, top))
    caption = _shortened(printable(cell.label), 46)
    _text(sheet, (left, top + TILE + 3), caption, 12, _FAINT)
    _text(sheet, (left, top + TILE + 17), _reading_text(cell.reading, terms), 13, _INK)


def _view(cell: _Cell, item: Subject, terms: Terms) -> torch.Tensor:
    if terms.policy is None:
        return bring_to_size(distorted_of(item), terms.config.size)
    views, _ = views_of(
        [item.reference],
        terms.policy,
        views=cell.view + 1,
        size=terms.config.size,
        seed=terms.config.seed,
        ids=[cell.id],
    )
    return views[cell.view][0]


def _tile(pixels: torch.Tensor) -> Image.Image:
    levels = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(levels).resize((TILE, TILE), Image.Resampling.LANCZOS)


def _reading_text(reading: ViewReading, terms: Terms) -> str:
    ladder = terms.ladder
    if reading.strength_noise_sd is not None:
        noise = f"{reading.strength_noise_sd:.4f}"
    elif reading.noise_bound == BELOW_FLOOR:
        noise = f"< {ladder.floor_sd:.4f}"
    else:
        noise = f"> {ladder.noise_sds[-1]:.4f}"
    return f"noise sd {noise}   strength {reading.strength:.3f}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else "…" + text[-(most - 1) :]


def _text(
    sheet: Image.Image, place: Sequence[int], text: str, size: int, colour: tuple[int, int, int]
) -> None:
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(sheet).text((place[0], place[1]), text, fill=colour, font=font)
