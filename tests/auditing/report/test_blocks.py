"""Blocks of lines within a size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from augscore.auditing.report.blocks import Block, joined

_LINES = st.lists(st.text("aé☃", max_size=9), max_size=5).map(tuple)
_BLOCKS = st.lists(st.builds(Block, _LINES, _LINES, _LINES), max_size=4)


def size(text: str) -> int:
    return len(text.encode())


@given(_BLOCKS, st.integers(0, 200))
def test_never_more_than_there_is_room_for(blocks: list[Block], most: int) -> None:
    told = joined(blocks, most)
    whole = joined(blocks, 10**6)
    assert size(told) <= most
    assert (told == whole) == (size(whole) <= most)


@given(_BLOCKS)
def test_with_room_enough_every_line_is_there(blocks: list[Block]) -> None:
    lines = [line for b in blocks for line in (*b.before, *b.rows, *b.after)]
    told = joined(blocks, 10**6).splitlines()
    assert [line for line in told if line] == [line for line in lines if line]


def test_rows_go_from_the_end_and_how_many_is_told() -> None:
    block = Block(("head",), tuple(f"row {n}" for n in range(1000)), ("tail",))
    told = joined([block], 100)
    first, *rows, gap, more, last = told.splitlines()
    assert (first, rows[0], gap, last) == ("head", "row 0", "", "tail")
    assert more == f"and {1000 - len(rows)} more in report.json"
    assert 90 < size(told) <= 100


def test_a_block_without_room_for_its_own_lines_is_left_out() -> None:
    blocks = [Block(("first",)), Block(("x" * 50,), ("row",)), Block(("last",))]
    assert joined(blocks, 30) == "first\n\nlast\n"
