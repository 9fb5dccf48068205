"""A contact sheet: the weakest, median and strongest views beside their originals, as one PNG."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from PIL import Image, ImageDraw, ImageFont

from augscore.engine.apply import views_of
from augscore.images.records import Ignored, Skipped
from augscore.images.resize import bring_to_size
from augscore.keys import ImageId
from augscore.measuring.rows import Measurement, ViewReading
from augscore.measuring.run import MeasureOptions
from augscore.measuring.sources import Source, entry_id
from augscore.measuring.subjects import Subject, subject
from augscore.outputs import printable

TILE = 176
COLUMNS = 4
_GAP, _MARGIN, _CAPTION, _HEADING = 8, 20, 38, 34
_PAPER, _INK, _FAINT = (255, 255, 255), (28, 28, 30), (110, 110, 116)


@dataclass(frozen=True)
class _Cell:
    """One view of the table: whose, which, and what it read."""

    id: ImageId
    label: str
    view: int
    reading: ViewReading


def contact_sheet(measurement: Measurement, source: Source, options: MeasureOptions) -> bytes:
    """PNG of three rows; views are drawn again from their keys. Files that vanished stay blank."""
    bands = _bands(_cells(measurement))
    wanted = {cell.id for _, cells in bands for cell in cells}
    found = _subjects(source, wanted)
    width = 2 * _MARGIN + COLUMNS * (2 * TILE + _GAP) + (COLUMNS - 1) * 2 * _GAP
    band_height = _HEADING + TILE + _CAPTION
    sheet = Image.new("RGB", (width, _MARGIN + len(bands) * (band_height + _GAP)), _PAPER)
    for row, (heading, cells) in enumerate(bands):
        top = _MARGIN + row * (band_height + _GAP)
        _text(sheet, (_MARGIN, top), heading, 18, _INK)
        for column, cell in enumerate(cells):
            left = _MARGIN + column * (2 * TILE + 3 * _GAP)
            if cell.id in found:
                _draw_cell(sheet, left, top + _HEADING, cell, found[cell.id], measurement, options)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _cells(measurement: Measurement) -> list[_Cell]:
    cells = [
        _Cell(row.path, str(row.path), k, reading)
        for row in measurement.images
        for k, reading in enumerate(row.views)
    ]
    cells += [
        _Cell(f"{pair.reference}\0{pair.distorted}", pair.distorted, 0, pair.reading)
        for pair in measurement.pairs
    ]
    return sorted(cells, key=lambda cell: cell.reading.strength)


def _bands(cells: list[_Cell]) -> list[tuple[str, list[_Cell]]]:
    """Three bands where there are enough views, one where there are few."""
    if len(cells) <= COLUMNS:
        return [("All views, weakest first", cells)]
    middle = max(0, len(cells) // 2 - COLUMNS // 2)
    return [
        ("Weakest views", cells[:COLUMNS]),
        ("Median views", cells[middle : middle + COLUMNS]),
        ("Strongest views", cells[-COLUMNS:][::-1]),
    ]


def _subjects(source: Source, wanted: set[ImageId]) -> dict[ImageId, Subject]:
    found: dict[ImageId, Subject] = {}
    for entry in source.entries():
        if not isinstance(entry, Skipped | Ignored) and entry_id(entry) in wanted:
            outcome = subject(entry)
            if isinstance(outcome, Subject):
                found[entry_id(entry)] = outcome
    return found


def _draw_cell(
    sheet: Image.Image,
    left: int,
    top: int,
    cell: _Cell,
    item: Subject,
    measurement: Measurement,
    options: MeasureOptions,
) -> None:
    size = measurement.config.size
    sheet.paste(_tile(bring_to_size(item.reference, size)), (left, top))
    sheet.paste(_tile(_view(cell, item, size, options)), (left + TILE + _GAP, top))
    caption = _shortened(printable(cell.label), 46)
    _text(sheet, (left, top + TILE + 3), caption, 12, _FAINT)
    _text(sheet, (left, top + TILE + 17), _reading_text(cell.reading), 13, _INK)


def _view(cell: _Cell, item: Subject, size: int, options: MeasureOptions) -> torch.Tensor:
    if item.distorted is not None:
        return bring_to_size(item.distorted, size)
    views, _ = views_of(
        [item.reference],
        options.policy,
        views=cell.view + 1,
        size=size,
        seed=options.seed,
        ids=[cell.id],
    )
    return views[cell.view][0]


def _tile(pixels: torch.Tensor) -> Image.Image:
    levels = (pixels * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
    return Image.fromarray(levels).resize((TILE, TILE), Image.Resampling.LANCZOS)


def _reading_text(reading: ViewReading) -> str:
    if reading.strength_noise_sd is not None:
        noise = f"noise sd {reading.strength_noise_sd:.3f}"
    else:
        noise = "no effect" if reading.noise_bound == "below_floor" else "past the noise ladder"
    return f"{noise}   strength {reading.strength:.3f}"


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else "…" + text[-(most - 1) :]


def _text(
    sheet: Image.Image, place: Sequence[int], text: str, size: int, colour: tuple[int, int, int]
) -> None:
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(sheet).text((place[0], place[1]), text, fill=colour, font=font)
