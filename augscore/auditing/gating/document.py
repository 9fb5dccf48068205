"""What a file of gates says, checked key by key; mistakes are collected, never raised."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from augscore.auditing.gating.allowed import WrongLimit, rule_of
from augscore.auditing.gating.gates import (
    NO_FAILING_FINDING,
    FailOn,
    Gates,
    Ignore,
    Preset,
    Rule,
)
from augscore.auditing.gating.keys import Key, UnknownKey, read_key
from augscore.auditing.gating.presets import PRESETS
from augscore.engine.policy_file.problems import Path, Places, Problem
from augscore.nearest import did_you_mean

Word = TypeVar("Word")

VERSION = 1

_KEYS = ("version", "preset", "fail_on", "gates", "ignore")
_FAIL_ON: dict[str, FailOn] = {"warn": "warn", "fail": "fail", "inconclusive": "inconclusive"}
_PRESETS: dict[str, Preset] = {name: name for name in PRESETS}
_IGNORE = ("finding", "op", "reason")


def gates_of(
    data: object, places: Places, codes: Collection[str], file: str
) -> tuple[Gates, list[Problem]]:
    """What could be understood, and what could not; `codes` are those of all findings."""
    reader = _Reader(places, codes)
    if not isinstance(data, dict):
        reader.note((), "syntax", "a mapping belongs here", "Begin with version: 1")
        return Gates((), file=file), reader.problems
    reader.unknown_keys(data, _KEYS, (), "a file of gates")
    reader.version(data)
    preset = reader.preset(data)
    rules = _together(preset, reader.rules(data.get("gates")))
    ignores = reader.ignores(data.get("ignore"))
    return Gates(rules, ignores, reader.fail_on(data), preset, file), reader.problems


def _together(preset: Preset | None, own: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules of the preset, but for those that the file gives otherwise, and the file's."""
    usual = (NO_FAILING_FINDING,) if preset is None else PRESETS[preset]
    given = {rule.key for rule in own}
    return (*(rule for rule in usual if rule.key not in given), *own)


@dataclass
class _Reader:
    places: Places
    codes: Collection[str]
    problems: list[Problem] = field(default_factory=list)

    def note(
        self, path: Path, code: str, message: str, hint: str = "", *, at_key: bool = False
    ) -> None:
        self.problems.append(Problem(path, f"gates_{code}", message, hint, at_key))

    def unknown_keys(
        self, data: Iterable[str], known: Collection[str], path: Path, owner: str
    ) -> None:
        for key in data:
            if key not in known:
                message = f"{owner} has no {key!r}"
                hint = did_you_mean(key, known)
                self.note((*path, key), "unknown_key", message, hint, at_key=True)

    def version(self, data: dict[str, object]) -> None:
        if "version" not in data:
            self.note((), "syntax", "version is missing", f"Write version: {VERSION}")
        elif data["version"] != VERSION or isinstance(data["version"], bool):
            told = f"unknown version of files of gates: {data['version']!r:.60}"
            self.note(("version",), "syntax", told, f"This augscore reads {VERSION}")

    def preset(self, data: dict[str, object]) -> Preset | None:
        if "preset" not in data:
            return None
        return self._word(data["preset"], _PRESETS, ("preset",))

    def fail_on(self, data: dict[str, object]) -> frozenset[FailOn]:
        """Several of them as a list; what fails always fails."""
        given = data.get("fail_on", "fail")
        found: set[FailOn] = {"fail"}
        listed = enumerate(given) if isinstance(given, list) else [(None, given)]
        for place, value in listed:
            path: Path = ("fail_on",) if place is None else ("fail_on", place)
            word = self._word(value, _FAIL_ON, path)
            found |= set() if word is None else {word}
        return frozenset(found)

    def _word(self, value: object, known: dict[str, Word], path: Path) -> Word | None:
        if isinstance(value, str) and value in known:
            return known[value]
        hint = did_you_mean(value, known) if isinstance(value, str) else _choices(known)
        self.note(path, "value", f"{path[0]} is {value!r:.60}", hint)
        return None

    def rules(self, data: object) -> tuple[Rule, ...]:
        if data is None:
            return ()
        if not isinstance(data, dict):
            self.note(("gates",), "syntax", "a mapping of gates belongs here")
            return ()
        found: dict[Key, Rule] = {}
        for text, value in data.items():
            rule = self._rule(text, value)
            if rule is None:
                continue
            if rule.key in found:
                message = f"{text} is another name of a gate that stands above"
                self.note(("gates", text), "duplicate_key", message, "Leave one out", at_key=True)
            found.setdefault(rule.key, rule)
        return tuple(found.values())

    def _rule(self, text: str, value: object) -> Rule | None:
        path = ("gates", text)
        try:
            return rule_of(read_key(text, self.codes), value, self._line(path))
        except UnknownKey as error:
            self.note(path, "unknown_key", str(error), error.hint, at_key=True)
        except WrongLimit as error:
            self.note((*path, *error.inside), "value", f"{text}: {error}", error.hint)
        return None

    def ignores(self, data: object) -> tuple[Ignore, ...]:
        if data is None:
            return ()
        if not isinstance(data, list):
            self.note(("ignore",), "syntax", "a list belongs here", "Write - {finding: …}")
            return ()
        read = (self._ignore(item, ("ignore", place)) for place, item in enumerate(data))
        return tuple(ignore for ignore in read if ignore is not None)

    def _ignore(self, item: object, path: Path) -> Ignore | None:
        if not isinstance(item, dict):
            self.note(path, "syntax", "a mapping belongs here", "Write finding, op and reason")
            return None
        self.unknown_keys(item, _IGNORE, path, "an ignored finding")
        finding = self._finding(item, path)
        ops = self._ops(item.get("op", []), (*path, "op"))
        reason = self._reason(item, path)
        return Ignore(finding, ops, reason, self._line(path))

    def _finding(self, item: dict[str, object], path: Path) -> str:
        code = item.get("finding")
        if isinstance(code, str) and code in self.codes:
            return code
        if "finding" not in item:
            self.note(path, "syntax", "finding is missing", "Name the one that is ignored")
            return ""
        hint = did_you_mean(str(code), self.codes)
        self.note((*path, "finding"), "value", f"no finding is named {code!r:.60}", hint)
        return ""

    def _ops(self, given: object, path: Path) -> tuple[str, ...]:
        listed = given if isinstance(given, list) else [given]
        for op in listed:
            if not isinstance(op, str) or not op:
                self.note(path, "value", f"{op!r:.60} is no name of an operation")
        return tuple(op for op in listed if isinstance(op, str) and op)

    def _reason(self, item: dict[str, object], path: Path) -> str:
        reason = item.get("reason")
        if isinstance(reason, str) and reason.strip():
            return reason.strip()
        message, hint = "an ignored finding needs a reason", "Say why it is right here"
        self.note((*path, "reason") if "reason" in item else path, "value", message, hint)
        return ""

    def _line(self, path: Path) -> int | None:
        place = self.places.keys.get(path) or self.places.values.get(path)
        return place.line if place else None


def _choices(known: Iterable[str]) -> str:
    return f"Known: {', '.join(sorted(known))}"
