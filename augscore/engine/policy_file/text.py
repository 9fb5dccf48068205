"""YAML or JSON → plain data that knows where it stands, built from events: no tag is obeyed, no
alias followed, and what is too deep is left before it is built.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from augscore.engine.policy_file.kind import POLICY, Kind
from augscore.engine.policy_file.problems import Path, Place, Places, Problem
from augscore.engine.policy_file.scalars import Disputed, plain

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32

_FATAL = ("_syntax", "_too_large")


@dataclass(frozen=True)
class Text:
    """What a text holds as dicts, lists and scalars, where, and what could not be read in it."""

    data: object
    places: Places
    problems: tuple[Problem, ...]


def read_text(raw: bytes, *, is_json: bool, kind: Kind = POLICY) -> Text:
    """Never raises for what a text holds. A text that cannot be read on has data None and, last
    of its problems, `policy_syntax` or `policy_too_large` (of another kind, with its own code).
    """
    reader = _Reader(kind)
    try:
        text = _decoded(raw, kind)
        if is_json:
            text = _checked_json(text)
        data = reader.document(text)
    except _Stop as stop:
        data = None
        reader.note(stop.problem)
    return Text(data, Places(reader.values, reader.keys), tuple(reader.problems))


def cannot_read_on(text: Text) -> bool:
    """Whether the text ends in what no more can be said of it after."""
    return text.data is None and any(p.code.endswith(_FATAL) for p in text.problems)


class _Stop(Exception):
    def __init__(self, code: str, message: str, hint: str, place: Place) -> None:
        super().__init__(message)
        self.problem = Problem((), code, message, hint, place=place)


def _decoded(raw: bytes, kind: Kind) -> str:
    if len(raw) > MAX_BYTES:
        message = f"{kind.name} has at most {MAX_BYTES // 1024} KiB"
        raise _Stop("too_large", message, "", Place(1, 1))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8", "replace")
        raise _Stop("syntax", "not UTF-8", "Save it as UTF-8", _end_of(before)) from None
    if not text.strip():
        raise _Stop("syntax", "the file is empty", kind.empty, Place(1, 1))
    return text


def _end_of(text: str) -> Place:
    return Place(text.count("\n") + 1, len(text) - text.rfind("\n"))


def _checked_json(text: str) -> str:
    """The same JSON without tabs, which YAML would refuse between tokens; strings hold none."""
    try:
        # Numbers are read, and refused, later: where their places are known.
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno)
        raise _Stop("syntax", f"not JSON: {error.msg.lower()}", "", place) from None
    except RecursionError:
        raise _too_deep(Place(1, 1)) from None
    return text.replace("\t", " ")


def _too_deep(place: Place) -> _Stop:
    return _Stop("too_large", f"nested more than {MAX_DEPTH} deep", "", place)


@dataclass
class _Reader:
    kind: Kind
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def document(self, text: str) -> object:
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        try:
            return self._only_document(events)
        except yaml.MarkedYAMLError as error:
            raise _unreadable(error) from None
        except yaml.reader.ReaderError as error:
            place = _end_of(text[: error.position])
            message = f"the character U+{ord(text[error.position]):04X} may not stand here"
            raise _Stop("syntax", message, "", place) from None
        except (ValueError, OverflowError):
            # PyYAML takes chr() of whatever number an escape such as \U gives.
            place = max(self.values.values(), key=lambda p: (p.line, p.column), default=Place(1, 1))
            message = "not YAML: an escape names no character"
            raise _Stop("syntax", message, "It is after this", place) from None

    def _only_document(self, events: Iterator[Event]) -> object:
        found = None
        for number, start in enumerate(_documents(events)):
            if number:
                hint = self.kind.single
                raise _Stop("syntax", "a second document begins", hint, _place(start))
            found = self._value(events, next(events), (), 1)
        if not self.values:
            raise _Stop("syntax", "the file is empty", self.kind.empty, Place(1, 1))
        return found

    def _value(self, events: Iterator[Event], event: Event, path: Path, depth: int) -> object:
        self.values[path] = _place(event)
        self._refuse_properties(event, path)
        if isinstance(event, AliasEvent):
            return None
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        if depth > MAX_DEPTH:
            raise _too_deep(_place(event))
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, path, depth)
        return self._list(events, path, depth)

    def _list(self, events: Iterator[Event], path: Path, depth: int) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._value(events, event, (*path, len(items)), depth + 1))
        return items

    def _mapping(self, events: Iterator[Event], path: Path, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._key(events, event, path, depth)
            if key is None or key in found:
                self._pass_over(events, next(events), path, depth)
                continue
            inner = (*path, key)
            self.keys[inner] = _place(event)
            found[key] = self._value(events, next(events), inner, depth + 1)
        return found

    def _key(self, events: Iterator[Event], event: Event, path: Path, depth: int) -> str | None:
        """None, and a problem, for what cannot be one."""
        self._refuse_properties(event, path)
        if not isinstance(event, ScalarEvent):
            self._note(path, "syntax", "a key is a word", event)
            self._pass_over(events, event, path, depth)
            return None
        key = str(event.value)
        if key == "<<":
            self._note(path, "alias", "merge keys are not read", event)
            return None
        if first := self.keys.get((*path, key)):
            message = f"{key!r} is given twice"
            self._note(path, "duplicate_key", message, event, first.line)
        return key

    def _pass_over(self, events: Iterator[Event], event: Event, path: Path, depth: int) -> None:
        _Reader(self.kind)._value(events, event, path, depth + 1)

    def _scalar(self, event: ScalarEvent, path: Path) -> object:
        if event.style:
            return _paired(event.value)
        try:
            return plain(event.value)
        except Disputed as error:
            self.note(Problem(path, "value", str(error)))
            return None

    def _refuse_properties(self, event: Event, path: Path) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor is not None:
            self._note(path, "alias", f"anchors and aliases are not read: {anchor!r}", event)
        if tag is not None:
            self._note(path, "unsafe", f"tags are not obeyed: {tag!r}", event)

    def _note(
        self, path: Path, code: str, message: str, event: Event, first: int | None = None
    ) -> None:
        hint = self._hint(code) if first is None else f"The first is in line {first}"
        self.note(Problem(path, code, message, hint, place=_place(event)))

    def _hint(self, code: str) -> str:
        return self.kind.alias if code == "alias" else _HINTS[code]

    def note(self, problem: Problem) -> None:
        """Keep a problem, under the code of this kind of file."""
        self.problems.append(replace(problem, code=f"{self.kind.code}_{problem.code}"))


_HINTS = {
    "unsafe": "Write the value alone",
    "syntax": "Lists and mappings name nothing",
}


def _documents(events: Iterator[Event]) -> Iterator[Event]:
    return (event for event in events if isinstance(event, DocumentStartEvent))


def _place(event: Event) -> Place:
    return _at(event.start_mark)


def _at(mark: Any) -> Place:
    return Place(1, 1) if mark is None else Place(mark.line + 1, mark.column + 1)


def _unreadable(error: yaml.MarkedYAMLError) -> _Stop:
    place = _at(error.problem_mark or error.context_mark)
    message = error.problem or error.context or "not YAML"
    hint = "Indent with spaces" if "\\t" in message else ""
    return _Stop("syntax", f"not YAML: {message}", hint, place)


def _paired(text: str) -> str:
    """JSON writes a character beyond U+FFFF as two escapes; a single one of them stays alone."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
