"""Where in its policy file an operation stands, so that a finding can point at the line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from augscore.auditing.anatomy.part import Part
from augscore.engine.policy_file.contents import contents
from augscore.engine.policy_file.kind import POLICY
from augscore.engine.policy_file.spellings import SPELLINGS
from augscore.engine.policy_file.text import read_text
from augscore.engine.policy_file.vocabulary import USE

Lines = dict[str, list[int]]

_AGAIN = re.compile(r" \d+$")
_STEPS = "transforms"


def with_lines(parts: Sequence[Part], path: Path) -> tuple[Part, ...]:
    """The parts with the lines of the file at which they, or what they are inside of, begin.

    An operation that stands there several times is matched by order; where that is not sure it has
    no line, nor has any in a file of another library. Raises UsageError as `contents`.
    """
    is_json = path.suffix.lower() == ".json"
    return matched(parts, lines_of(contents(path, POLICY), is_json=is_json))


def lines_of(raw: bytes, *, is_json: bool) -> Lines:
    """The lines at which each operation begins, by its name in the table of operations."""
    found: Lines = {}
    for path, place in read_text(raw, is_json=is_json).places.keys.items():
        name = path[-1]
        if isinstance(name, str) and len(path) > 2 and isinstance(path[-2], int):
            known = SPELLINGS[name].op if name in SPELLINGS else name
            if path[-3] == _STEPS or path[0] == "define":
                found.setdefault(known, []).append(place.line)
    return {name: sorted(lines) for name, lines in found.items()}


def matched(parts: Sequence[Part], lines: Lines) -> tuple[Part, ...]:
    names = [_name(part, lines) for part in parts]
    times = Counter(names)
    seen: Counter[str] = Counter()
    found = []
    for part, name in zip(parts, names, strict=True):
        own = lines.get(name, [])
        if len(own) == 1:
            found.append(replace(part, line=own[0]))
        elif len(own) == times[name] and USE not in lines:
            found.append(replace(part, line=own[seen[name]]))
        else:
            found.append(part)
        seen[name] += 1
    return tuple(found)


def _name(part: Part, lines: Lines) -> str:
    """The innermost of what the part is called and is inside of that stands in the file."""
    around = (_AGAIN.sub("", piece) for piece in reversed(part.path.split(" > ")))
    return next((name for name in (part.op, *around) if name in lines), "")
