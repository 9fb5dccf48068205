"""Parts: which of them make a whole, and their records in order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augscore.errors import UsageError
from augscore.json_values import Json
from augscore.runs.parts import (
    Part,
    common_command,
    in_order,
    placed,
    read_part,
    tell_tools,
    whole_set,
    write_part,
)
from augscore.runs.shard import Shard
from augscore.runtime import Note


def part(index: int, count: int = 3) -> Part:
    return Part(Path(f"p{index}"), Shard(index, count), {"seed": 0, "images": "abc"}, {})


def code_of(parts: Sequence[Part]) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        whole_set(parts)
    return caught.value.code, caught.value.message


def test_they_come_in_the_order_of_their_shards() -> None:
    assert whole_set([part(3), part(1), part(2)]) == (part(1), part(2), part(3))
    assert whole_set([part(1, 1)]) == (part(1, 1),)


def test_what_is_missing_is_named() -> None:
    assert code_of([part(2)]) == ("part_missing", "shard 1, 3 of 3 is missing")
    told = code_of([part(1, 9)])[1]
    assert told == "shard 2, 3, 4, 5, 6 and 3 more of 9 is missing"


def test_one_that_is_given_twice_is_named_with_both_folders() -> None:
    again = replace(part(2), folder=Path("copy"))
    assert code_of([part(1), part(2), part(3), again]) == (
        "part_twice",
        "shard 2/3 is given twice: 'p2' and 'copy'",
    )
    assert code_of([part(1), part(1)])[0] == "part_twice"


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (replace(part(2), shared={"seed": 1, "images": "abc"}), "seed: 0 → 1"),
        (replace(part(2), shared={"seed": 0, "images": "abd"}), "images: others"),
        (replace(part(2), shared={"seed": 2, "images": "x"}), "images: others; seed: 0 → 2"),
        (part(2, 4), "shards: 3 → 4"),
    ],
)
def test_others_are_refused_by_name(other: Part, words: str) -> None:
    code, message = code_of([part(1), other, part(3)])
    assert code == "parts_differ"
    assert message == f"'p1' and 'p2' are parts of different results ({words})"


def test_what_is_written_is_read(tmp_path: Path) -> None:
    written = replace(part(2), folder=tmp_path, terms={"b": {"z": 1, "a": None}, "a": [1.5]})
    write_part(written, "measure")
    read = read_part(tmp_path, "measure")
    assert read == written
    assert list(read.terms["b"]) == ["z", "a"]  # type: ignore[call-overload]


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[]",
        "{}",
        '{"schema": "augscore.part/1", "command": "audit", "shard": "1/2", "shared": {}, '
        '"terms": {}}',
        '{"schema": "augscore.part/1", "command": "measure", "shard": "3/2", "shared": {}, '
        '"terms": {}}',
        '{"schema": "augscore.part/1", "command": "measure", "shard": "1/2", "shared": []}',
        '{"schema": "augscore.part/2", "command": "measure", "shard": "1/2", "shared": {}, '
        '"terms": {}}',
    ],
)
def test_a_folder_that_is_no_part_is_refused(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "part.json").write_text(text)
    with pytest.raises(UsageError, match="holds no part of a result of augscore measure") as caught:
        read_part(tmp_path, "measure")
    assert caught.value.code == "no_part"


@given(st.lists(st.integers(0, 3), max_size=30))
def test_records_come_in_the_order_of_their_places(owners: list[int]) -> None:
    records: list[Json] = [placed({"name": i}, i) for i in range(len(owners))]
    journals = [[r for r, o in zip(records, owners, strict=True) if o == k] for k in range(4)]
    assert list(in_order(journals, len(owners))) == records
    some = [journal[: len(journal) // 2] for journal in journals]
    left = [record for record in records if any(record in journal for journal in some)]
    assert list(in_order(some, None)) == left
    for lost in range(len(owners)):
        fewer = [[r for r in journal if r["place"] != lost] for journal in journals]
        with pytest.raises(UsageError, match=f"record {lost + 1} of {len(owners)} is missing"):
            list(in_order(fewer, len(owners)))


def test_a_record_that_is_there_twice_is_refused() -> None:
    one, two = placed({}, 0), placed({}, 1)
    for journals in ([[one, two], [two]], [[one], [one]], [[one, two], [placed({}, 2)]]):
        with pytest.raises(UsageError, match="do not fit together"):
            list(in_order(journals, 3 if json.dumps(two) in json.dumps(journals[1]) else 2))


def test_the_command_of_parts_is_told_by_those_that_are_parts(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b", "c", "none")]
    for folder in folders:
        folder.mkdir()
    for folder, command in zip(folders, ("audit", "audit", "measure"), strict=False):
        write_part(replace(part(1), folder=folder), command)
    assert common_command([*folders[:2], folders[3]]) == "audit"
    with pytest.raises(UsageError, match="c' is of augscore measure") as two:
        common_command(folders)
    assert two.value.code == "parts_differ"
    with pytest.raises(UsageError, match="holds no part of a result") as none:
        common_command(folders[3:])
    assert none.value.code == "no_part"


def test_tools_that_differ_are_named() -> None:
    told: list[Note] = []
    tell_tools(
        [{"torch": "2", "threads": 1}, {"torch": "2", "threads": 2, "kornia": "1"}], told.append
    )
    tell_tools([{"torch": "2"}, {"torch": "2"}], told.append)
    assert [note.text for note in told] == [
        "the parts differ in threads, kornia: the last digits may, too"
    ]
