"""The weakest, typical and strongest views as one PNG: original, view, difference."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from augscore.auditing.report.font import drawable, drawable_end, font_file
from augscore.auditing.report.page.numbers import measured
from augscore.auditing.report.page.steps import steps_text
from augscore.auditing.report.picture import SIDE, Picture

KINDS = (("weakest", "Weakest"), ("typical", "Typical"), ("strongest", "Strongest"))
COLUMNS = 3
_MARGIN, _GAP, _BETWEEN, _HEADING, _CAPTION, _LEGEND = 22, 4, 24, 29, 56, 28
_WIDTH = 3 * SIDE + 2 * _GAP
_PAPER, _INK, _FAINT = (255, 255, 255), (28, 28, 30), (92, 100, 109)
_LEGEND_TEXT = (
    "Original, view, and their difference times the number in its corner. "
    "Strength: 0 is the same picture, 1 two unrelated images."
)


def gallery_png(pictures: Sequence[Picture]) -> bytes | None:
    """PNG bytes of at most `COLUMNS` views a kind; pictures of findings are left out.

    None where nothing is left. The same pictures give the same bytes.
    """
    bands = [(title, _of_kind(pictures, kind)) for kind, title in KINDS]
    bands = [(title, members) for title, members in bands if members]
    if not bands:
        return None
    band = _HEADING + SIDE + _CAPTION
    width = 2 * _MARGIN + COLUMNS * _WIDTH + (COLUMNS - 1) * _BETWEEN
    sheet = Image.new("RGB", (width, 2 * _MARGIN + _LEGEND + len(bands) * band), _PAPER)
    _write(sheet, _MARGIN, _MARGIN - 4, _LEGEND_TEXT, 13, _FAINT)
    for row, (title, members) in enumerate(bands):
        top = _MARGIN + _LEGEND + row * band
        _write(sheet, _MARGIN, top, title, 17, _INK)
        for column, picture in enumerate(members):
            _draw(sheet, _MARGIN + column * (_WIDTH + _BETWEEN), top + _HEADING, picture)
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _of_kind(pictures: Sequence[Picture], kind: str) -> list[Picture]:
    found = [p for p in pictures if p.finding is None and p.example.kind == kind]
    return found[:COLUMNS]


def _draw(sheet: Image.Image, left: int, top: int, picture: Picture) -> None:
    for place, jpeg in enumerate((picture.original, picture.view, picture.difference)):
        sheet.paste(_tile(jpeg), (left + place * (SIDE + _GAP), top))
    corner = left + 2 * (SIDE + _GAP)
    ImageDraw.Draw(sheet).rectangle((corner, top, corner + 30, top + 16), fill=(0, 0, 0))
    _write(sheet, corner + 4, top + 1, f"×{picture.gain}", 11, _PAPER)
    example = picture.example
    caption = f"{measured(example.strength)}   {drawable_end(str(example.image), 40)}"
    _write(sheet, left, top + SIDE + 3, caption, 13, _INK)
    steps = drawable(steps_text(example.steps), 66)
    _write(sheet, left, top + SIDE + 21, steps, 11, _FAINT)


def _tile(jpeg: bytes) -> Image.Image:
    with Image.open(io.BytesIO(jpeg)) as image:
        return image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _write(
    sheet: Image.Image, left: int, top: int, text: str, size: int, colour: tuple[int, int, int]
) -> None:
    font = ImageFont.truetype(font_file(), size)
    ImageDraw.Draw(sheet).text((left, top), text, fill=colour, font=font)
