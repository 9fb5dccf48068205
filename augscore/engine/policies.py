"""Whatever names a policy → the policy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from augscore.engine.bring.code import is_code, load
from augscore.engine.policy import Policy
from augscore.engine.presets import preset
from augscore.errors import UsageError

PolicyLike = str | os.PathLike[str] | Mapping[str, Any] | Policy

SUFFIXES = (".yaml", ".yml", ".json")


def is_policy_file(name: str) -> bool:
    """Whether the name is that of a policy file rather than of a preset."""
    return name.lower().endswith(SUFFIXES)


def find_policy(policy: PolicyLike, *, allow_code: bool = False) -> Policy:
    """A preset by name, a policy file by path, a mapping of the same form, or a Policy as it is.

    Files and mappings of albumentations, solo-learn and hydra are known by their content (see
    `Policy.of`). With `allow_code` also `file.py:attr` or `module:attr`: that code is run. Raises
    UsageError (`policy_unknown`) for a name that is none of these, `code_not_allowed` for code, and
    PolicyError for a file or mapping that holds mistakes.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, Mapping):
        return _of_mapping(policy)
    if not isinstance(policy, str | os.PathLike):
        raise UsageError(
            f"policy: wanted a name, a file, a mapping or a Policy, got {policy!r}",
            code="usage",
            hint="Policy.of(pipeline) brings a pipeline of another library",
        )
    name = os.fspath(policy)
    if is_code(name) and not is_policy_file(name):
        return _of_code(name, allow_code)
    if not is_policy_file(name):
        return _named(name)
    from augscore.engine.policy_file.read import read_policy

    return read_policy(Path(name))


def _of_mapping(document: Mapping[str, Any]) -> Policy:
    from augscore.engine.bring.recognise import Wish, is_document, policy_of_document
    from augscore.engine.policy_file.read import policy_of_mapping

    if is_document(document):
        return policy_of_document(document, Wish())
    return policy_of_mapping(document)


def _of_code(name: str, allowed: bool) -> Policy:
    if not allowed:
        raise UsageError(
            f"{name!r} names code, which would be run",
            code="code_not_allowed",
            hint="--allow-code runs it; in Python: Policy.of(pipeline)",
        )
    return Policy.of(load(name), name=name.rpartition(":")[2])


def _named(name: str) -> Policy:
    try:
        return preset(name)
    except UsageError as error:
        if not os.path.isfile(name):
            raise
        hint = f"A policy file is called {', '.join('*' + suffix for suffix in SUFFIXES)}"
        raise UsageError(error.message, code=error.code, hint=hint) from None
