"""What pydantic says of a document → problems in our own words, with the nearest right name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from reprlib import Repr
from typing import Any

from pydantic import ValidationError

from augscore.engine.policy_file.containers import FORMS
from augscore.engine.policy_file.levels import ROWS
from augscore.engine.policy_file.problems import Path, Problem, dotted
from augscore.engine.policy_file.schema import PolicyDocument, Scale, ViewDocument
from augscore.engine.policy_file.steps import ARGUMENTS
from augscore.engine.policy_file.strict import CHOICE
from augscore.engine.policy_file.vocabulary import VERSION
from augscore.nearest import did_you_mean

_short = Repr()
_short.maxstring = _short.maxother = 60

_SHAPES = {
    "dict_type": "a mapping belongs here",
    "model_type": "a mapping belongs here",
    "list_type": "a list belongs here",
}


def problems_of(error: ValidationError) -> list[Problem]:
    return [_problem(found) for found in error.errors(include_url=False)]


def _problem(found: Mapping[str, Any]) -> Problem:
    kind, location = found["type"], found["loc"]
    path = tuple(part for part in location if not _is_choice(part))
    if kind.startswith("policy_"):
        return _own(kind, path, found["ctx"])
    if kind == "extra_forbidden":
        return _unknown(path)
    if kind == "missing":
        hint = f"Write {path[-1]}: {VERSION}" if path == ("augscore_policy",) else ""
        return Problem(path[:-1], "policy_syntax", f"{path[-1]} is missing", hint)
    if kind in _SHAPES:
        got = type(found["input"]).__name__.replace("NoneType", "nothing")
        return Problem(path, "policy_syntax", f"{_SHAPES[kind]}, not {got}")
    if "recursion" in kind:
        return Problem(path, "policy_too_large", "it is nested too deep, or holds itself")
    return _value(path, found)


def _is_choice(part: str | int) -> bool:
    return isinstance(part, str) and part.startswith(CHOICE)


def _own(kind: str, path: Path, context: Mapping[str, Any]) -> Problem:
    hint, key = context.get("hint", ""), context.get("key")
    message = context.get("message", "a name holds no control characters")
    if key is not None:
        return Problem((*path, key), kind, message, _sentence(hint), at_key=True)
    return Problem(path, kind, message, _sentence(hint))


def _unknown(path: Path) -> Problem:
    name = str(path[-1])
    if path[-2:-1] == ("ops",):
        message = f"no operation that a level can drive is named {name!r}"
        return Problem(path, "policy_unknown_op", message, did_you_mean(name, ROWS), at_key=True)
    owner, known = _owner(path)
    near = did_you_mean(name, known)
    takes = f" {_sentence(owner)} takes {', '.join(known)}" if near.startswith("Did") else ""
    message = f"{owner} has no argument {name!r}"
    return Problem(path, "policy_unknown_arg", message, near + takes, at_key=True)


def _owner(path: Path) -> tuple[str, list[str]]:
    """Whose key the last one is, and which keys that takes."""
    around = str(path[-2]) if len(path) > 1 else ""
    if path[-3:-2] == ("ops",):
        return around, sorted(ROWS[around].model_fields)
    if around in ARGUMENTS:
        return around, sorted(ARGUMENTS[around].model_fields)
    if around in FORMS:
        return around, sorted(FORMS[around].document.model_fields)
    if around == "normalize":
        return around, sorted(Scale.model_fields)
    if around:
        return "a view", sorted(ViewDocument.model_fields)
    return "a policy", sorted(PolicyDocument.model_fields)


def _value(path: Path, found: Mapping[str, Any]) -> Problem:
    name, got = dotted(path).rpartition(".")[2], _short.repr(found["input"])
    if path == ("augscore_policy",):
        message = f"unknown version of policy files: {got}"
        return Problem(path, "policy_syntax", message, f"This augscore reads {VERSION}")
    wanted = re.sub("^(Input|List|String) should", "It should", found["msg"])
    hint = "p is a number from 0 to 1" if name == "p" else wanted
    return Problem(path, "policy_value", f"{name} is {got}", _sentence(hint))


def _sentence(hint: str) -> str:
    return hint if hint.startswith("p is") else hint[:1].upper() + hint[1:]
