"""A picture of draws: one image, its views, and under each what was done to it and how much."""

from __future__ import annotations

import io
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont

from augscore.engine.augment import Views
from augscore.engine.draw import Draw
from augscore.engine.policy import Policy
from augscore.images.resize import bring_to_size
from augscore.outputs import printable

TILE, COLUMNS = 240, 3
_GAP, _MARGIN, _HEADING, _ROW = 18, 22, 34, 16
_PAPER, _INK, _FAINT = (255, 255, 255), (28, 28, 30), (110, 110, 116)
_NUMBERS_END, _INDENT = 2**31, "   "


_Text = tuple[str, tuple[int, int, int]]


@dataclass(frozen=True)
class _Cell:
    picture: Image.Image
    lines: tuple[_Text, ...]

    @property
    def height(self) -> int:
        return TILE + 6 + _ROW * len(self.lines)


def draws_picture(image: torch.Tensor, policy: Policy, views: Views, draw: Draw) -> bytes:
    """PNG of an image (3, H, W) and of its views, (1, 3, S, S) each, with their magnitudes.

    `draw` is of this image alone. Magnitudes are in the units of the operations' records.
    """
    cells = [_original(image, views[0].shape[-1])]
    for place, view in enumerate(views):
        name = policy.views[place % len(policy.views)].name
        cells.append(_drawn(view[0], draw.describe(0, place), name))
    rows = [cells[start : start + COLUMNS] for start in range(0, len(cells), COLUMNS)]
    width = 2 * _MARGIN + COLUMNS * TILE + (COLUMNS - 1) * _GAP
    height = 2 * _MARGIN + _HEADING + sum(max(c.height for c in row) + _GAP for row in rows) - _GAP
    sheet = Image.new("RGB", (width, height), _PAPER)
    heading = f"{printable(policy.name)}   seed {draw.seed}   {printable(str(draw.ids[0]))}"
    _write(sheet, _MARGIN, _MARGIN, _fitting(heading, 17, width - 2 * _MARGIN), _INK, 17)
    top = _MARGIN + _HEADING
    for row in rows:
        for column, cell in enumerate(row):
            _place(sheet, cell, _MARGIN + column * (TILE + _GAP), top)
        top += max(cell.height for cell in row) + _GAP
    buffer = io.BytesIO()
    sheet.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _original(image: torch.Tensor, size: int) -> _Cell:
    lines = (("original", _INK), (f"brought to {size} px", _FAINT))
    return _Cell(_tile(bring_to_size(image, size)), lines)


def _drawn(view: torch.Tensor, described: dict[str, Any], name: str) -> _Cell:
    title = f"view {described['view']}" + (f"  {printable(name)}" if name else "")
    applied = [step for step in described["steps"] if step["applied"]]
    lines = [(title, _INK), *told_lines(applied)]
    left_out = [step["op"] for step in described["steps"] if not step["applied"]]
    if left_out:
        lines += [(text, _FAINT) for text in _wrapped("not applied:", left_out)]
    return _Cell(_tile(view), tuple(lines))


def told_lines(steps: list[dict[str, Any]]) -> list[_Text]:
    """Applied steps of a description: below the stage of a container what it chose, below a mix
    its chains."""
    lines: list[_Text] = []
    for stage, chosen in groupby(steps, lambda step: str(step.get("stage", ""))):
        if stage:
            lines += [(text, _FAINT) for text in _wrapped(stage, [])]
        for step in chosen:
            lines += _step(step, _INDENT if stage else "")
    return lines


def _step(step: dict[str, Any], indent: str) -> list[_Text]:
    lines = [(text, _INK) for text in step_lines(step["op"], step["magnitudes"], indent)]
    for number, branch in enumerate(step.get("branches", []), 1):
        heading = f"{indent}{_INDENT}chain {number}  weight {branch['weight']:.3g}"
        lines.append((heading, _FAINT))
        for inner in branch["steps"]:
            lines += _step(inner, indent + 2 * _INDENT)
    return lines


def step_lines(op: str, magnitudes: dict[str, float | int], indent: str = "") -> list[str]:
    """An operation and its magnitudes, as many lines as they take under a tile."""
    # A longer whole number is the key of a noise field and tells nobody anything.
    shown = {name: v for name, v in magnitudes.items() if abs(v) < _NUMBERS_END}
    words = [f"{name} {value:.3g}" for name, value in shown.items()]
    return _wrapped(f"{indent}{op}", words, indent)


def _wrapped(head: str, words: list[str], indent: str = "") -> list[str]:
    """As many words a line as fit under a tile; later lines are indented further."""
    lines = [_fitting(head, 12, TILE)]
    for word in words:
        longer = f"{lines[-1]}  {word}"
        if _width(longer, 12) <= TILE:
            lines[-1] = longer
        else:
            lines.append(f"{indent}    {word}")
    return lines


def _tile(view: torch.Tensor) -> Image.Image:
    """Small views are shown with their pixels, not smoothed."""
    levels = (view * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()
    small = view.shape[-1] < TILE // 2
    how = Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS
    return Image.fromarray(levels).resize((TILE, TILE), how)


def _place(sheet: Image.Image, cell: _Cell, left: int, top: int) -> None:
    sheet.paste(cell.picture, (left, top))
    for number, (text, colour) in enumerate(cell.lines):
        _write(sheet, left, top + TILE + 6 + number * _ROW, text, colour, 12)


def _fitting(text: str, size: int, width: int) -> str:
    while _width(text, size) > width:
        text = text[:-2] + "…"
    return text


def _width(text: str, size: int) -> float:
    return ImageFont.load_default(size=size).getlength(text)


def _write(
    sheet: Image.Image, left: int, top: int, text: str, colour: tuple[int, int, int], size: int
) -> None:
    font = ImageFont.load_default(size=size)
    ImageDraw.Draw(sheet).text((left, top), text, fill=colour, font=font)
