"""A text of blocks that is kept within a size: rows go first, from the end of each block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """Lines with `rows` between that may be left out; `more` says how many were, with a {}."""

    before: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    more: str = "and {:,} more in report.json"


def joined(blocks: Sequence[Block], most: int) -> str:
    """The blocks with an empty line between, in at most `most` bytes of UTF-8: a block has what
    those before it left, and is gone where not even its lines fit."""
    text = ""
    for block in blocks:
        gap = "\n" if text else ""
        text += _fitted(block, most - _size(text + gap), gap)
    return text


def _fitted(block: Block, room: int, gap: str) -> str:
    whole = _lines([*block.before, *block.rows, *block.after])
    if _size(whole) <= room:
        return gap + whole
    number = _rows_that_fit(block, room)
    if number is None:
        return ""
    more = block.more.format(len(block.rows) - number)
    return gap + _lines([*block.before, *block.rows[:number], "", more, *block.after])


def _rows_that_fit(block: Block, room: int) -> int | None:
    room -= _size(_lines([*block.before, "", block.more.format(len(block.rows)), *block.after]))
    if room < 0 or not block.rows:
        return None
    for number, row in enumerate(block.rows):
        room -= _size(row) + 1
        if room < 0:
            return number
    return len(block.rows) - 1


def _lines(lines: Sequence[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _size(text: str) -> int:
    return len(text.encode("utf-8"))
