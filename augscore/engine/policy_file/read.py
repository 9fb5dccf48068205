"""A policy file, or a mapping of the same form, → Policy, or every mistake in it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from augscore.engine.bring.recognise import Wish, found_in_document, is_document
from augscore.engine.found import Found
from augscore.engine.policy import Policy
from augscore.engine.policy_file.build import build
from augscore.engine.policy_file.contents import contents
from augscore.engine.policy_file.kind import POLICY
from augscore.engine.policy_file.mend import mended
from augscore.engine.policy_file.problems import Places, Problem, refusal, without_echoes
from augscore.engine.policy_file.schema import PolicyDocument
from augscore.engine.policy_file.schema_errors import problems_of
from augscore.engine.policy_file.text import Text, cannot_read_on, read_text
from augscore.errors import UsageError


def read_policy(path: Path, wish: Wish | None = None) -> Policy:
    """The policy in a .yaml, .yml or .json file; `wish` is for one of another library.

    Raises PolicyError with all mistakes, each with line and column; UsageError (`not_found`,
    `policy_unreadable`) for a file that cannot be opened. Nothing a file names is imported or run.
    """
    return found_in_file(path, wish or Wish()).policy


def found_in_file(path: Path, wish: Wish) -> Found:
    """The same, with the live objects behind a policy of another library."""
    text = read_text(contents(path, POLICY), is_json=path.suffix.lower() == ".json")
    file = str(path)
    if cannot_read_on(text):
        raise refusal(file, text.problems, text.places)
    if is_document(text.data):
        return _brought(text, path, wish)
    policy, checked = _checked(text.data)
    problems = without_echoes(text.problems, checked)
    if policy is None or problems:
        raise refusal(file, problems, text.places)
    return Found(policy)


def _brought(text: Text, path: Path, wish: Wish) -> Found:
    if text.problems:
        raise refusal(str(path), text.problems, text.places)
    try:
        return found_in_document(text.data, replace(wish, name=wish.name or path.stem))
    except UsageError as error:
        raise UsageError(f"{path}: {error.message}", code=error.code, hint=error.hint) from error


def policy_of_mapping(document: Mapping[str, Any]) -> Policy:
    """The same for what `yaml.safe_load` or `json.load` returned; PolicyError tells the paths."""
    policy, problems = _checked(dict(document))
    if policy is None:
        raise refusal("policy", problems, Places())
    return policy


def _checked(data: object) -> tuple[Policy | None, list[Problem]]:
    defined = data.get("define") if isinstance(data, dict) else None
    names = list(defined) if isinstance(defined, dict) else []
    try:
        document = PolicyDocument.model_validate(data, context=names)
    except ValidationError as error:
        problems = problems_of(error)
        return None, without_echoes(problems, _further(data, problems, names))
    return build(document)


def _further(data: object, read: list[Problem], names: list[str]) -> list[Problem]:
    """What is wrong beyond the types of a document, though these are wrong as well."""
    if not isinstance(data, dict) or any(p.code == "policy_too_large" for p in read):
        return []
    try:
        document = PolicyDocument.model_validate(mended(data, read), context=names)
    except ValidationError:
        return []
    return build(document)[1]
