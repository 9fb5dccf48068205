"""The parts of a sharded job: which folders belong together, and all records in their order.

The first file of a part, `part.json`, says which shard it is, what all parts must share, and what
a merge needs besides. A part that is finished keeps its journal, in which every record bears its
place among the records of the whole.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from augscore.errors import UsageError
from augscore.json_values import Json, mapping, read_object, whole
from augscore.outputs import printable, write_json
from augscore.runs.differences import differences
from augscore.runs.shard import Shard, parse_shard
from augscore.runtime import Note, NoteSink

PART_FILE = "part.json"
PART_SCHEMA = "augscore.part/1"
PLACE = "place"
IMAGES = "images"
_MOST_NAMED = 5


@dataclass(frozen=True)
class Part:
    """One part, as `part.json` says it.

    shared  what all parts must have alike, by name; `images` is a digest of theirs
    terms   what the command needs to join them, in its own form
    """

    folder: Path
    shard: Shard
    shared: Json
    terms: Json


def write_part(part: Part, command: str) -> None:
    """The order of keys within `shared` and `terms` is kept. Raises as `outputs.write_bytes`."""
    document = {
        "schema": PART_SCHEMA,
        "command": command,
        "shard": str(part.shard),
        "shared": part.shared,
        "terms": part.terms,
    }
    write_json(part.folder / PART_FILE, document, sort_keys=False)


def read_part(folder: Path, command: str) -> Part:
    """A part of a result of `command`. Raises UsageError (`no_part`) where the folder has none."""
    document = read_object(folder / PART_FILE)
    try:
        if (document["schema"], document["command"]) != (PART_SCHEMA, command):
            raise KeyError(command)
        shard = parse_shard(str(document["shard"]))
        return Part(folder, shard, mapping(document["shared"]), mapping(document["terms"]))
    except (KeyError, TypeError, UsageError):
        raise _no_part(folder, f"a result of augscore {command}", command) from None


def part_command(folder: Path) -> str | None:
    """Whose result the part in the folder is of, or None where it has none."""
    document = read_object(folder / PART_FILE)
    command = document.get("command")
    return command if document.get("schema") == PART_SCHEMA and isinstance(command, str) else None


def common_command(folders: Sequence[Path]) -> str:
    """Of all folders that hold a part. Raises UsageError: `parts_differ` for several commands,
    `no_part` for none."""
    by_command = {command: folder for folder in folders if (command := part_command(folder))}
    if len(by_command) > 1:
        told = (f"{_shown(folder)} is of augscore {name}" for name, folder in by_command.items())
        raise UsageError(
            f"these are parts of different results: {printable(', '.join(told))}",
            code="parts_differ",
            hint="Join those of each command by themselves",
        )
    if not by_command:
        raise _no_part(folders[0], "a result", "measure or audit")
    return next(iter(by_command))


def tell_tools(tools: Sequence[Mapping[str, object]], note: NoteSink) -> None:
    """A note, where the parts were made by several versions or on several kinds of machines."""
    names = dict.fromkeys(chain.from_iterable(tools))
    differing = [name for name in names if len({str(tool.get(name)) for tool in tools}) > 1]
    if differing:
        told = f"the parts differ in {', '.join(differing)}: the last digits may, too"
        note(Note("parts_of_many_tools", told))


def whole_set(parts: Sequence[Part]) -> tuple[Part, ...]:
    """All parts of one job, in the order of their shards.

    Raises UsageError: `parts_differ`, `part_twice`, `part_missing`.
    """
    first = parts[0]
    for part in parts[1:]:
        _refuse_others(first, part)
    by_index: dict[int, Part] = {}
    for part in parts:
        other = by_index.setdefault(part.shard.index, part)
        if other is not part:
            raise UsageError(
                f"shard {part.shard} is given twice: {_shown(other.folder)} and "
                f"{_shown(part.folder)}",
                code="part_twice",
            )
    missing = [str(i) for i in range(1, first.shard.count + 1) if i not in by_index]
    if missing:
        raise UsageError(
            f"shard {_listed(missing)} of {first.shard.count} is missing",
            code="part_missing",
            hint="Give the folders of all parts",
        )
    return tuple(by_index[index] for index in sorted(by_index))


def unfinished(part: Part) -> UsageError:
    return UsageError(
        f"{_shown(part.folder)} is an unfinished part, shard {part.shard}",
        code="part_unfinished",
        hint="The same command again continues it",
    )


def placed(record: Mapping[str, object], place: int) -> dict[str, object]:
    """The record as a journal of a part holds it."""
    return {**record, PLACE: place}


def in_order(journals: Sequence[Iterable[Json]], count: int | None) -> Iterator[Json]:
    """The `count` records of all parts in the order of their places, one held of each part; None:
    as many as there are, of a job that was stopped.

    Raises UsageError (`parts_differ`) where one of a known number is missing or there twice.
    """
    if count is None:
        yield from heapq.merge(*journals, key=_place)
        return
    expected = 0
    for record in heapq.merge(*journals, key=_place):
        if _place(record) != expected:
            break
        yield record
        expected += 1
    if expected != count:
        raise UsageError(
            f"the parts do not fit together: record {expected + 1:,} of {count:,} is missing",
            code="parts_differ",
            hint="A journal was changed, or the images were: make the parts anew",
        )


def _place(record: Json) -> int:
    return whole(record[PLACE])


def _no_part(folder: Path, of: str, command: str) -> UsageError:
    return UsageError(
        f"{_shown(folder)} holds no part of {of}",
        code="no_part",
        hint=f"Parts are made by: augscore {command} ... --shard I/N --out PART",
    )


def _refuse_others(first: Part, part: Part) -> None:
    changed = [] if first.shared.get(IMAGES) == part.shared.get(IMAGES) else ["images: others"]
    others = differences(_without_images(first.shared), _without_images(part.shared))
    changed += [str(change) for change in others]
    if part.shard.count != first.shard.count:
        changed.append(f"shards: {first.shard.count} → {part.shard.count}")
    if changed:
        raise UsageError(
            f"{_shown(first.folder)} and {_shown(part.folder)} are parts of different results "
            f"({printable('; '.join(changed))})",
            code="parts_differ",
        )


def _without_images(shared: Json) -> Json:
    return {key: value for key, value in shared.items() if key != IMAGES}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _shown(folder: Path) -> str:
    return printable(repr(str(folder)))
