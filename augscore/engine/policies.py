"""Whatever names a policy → the policy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from augscore.engine.policy import Policy
from augscore.engine.presets import preset
from augscore.errors import UsageError

PolicyLike = str | os.PathLike[str] | Mapping[str, Any] | Policy

SUFFIXES = (".yaml", ".yml", ".json")


def is_policy_file(name: str) -> bool:
    """Whether the name is that of a policy file rather than of a preset."""
    return name.lower().endswith(SUFFIXES)


def find_policy(policy: PolicyLike) -> Policy:
    """A preset by name, a policy file by path, a mapping of the same form, or a Policy as it is.

    Raises UsageError (`policy_unknown`) for a name that is neither, PolicyError for a file or
    mapping that holds mistakes.
    """
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, Mapping):
        from augscore.engine.policy_file.read import policy_of_mapping

        return policy_of_mapping(policy)
    if not isinstance(policy, str | os.PathLike):
        raise UsageError(
            f"policy: wanted a name, a file, a mapping or a Policy, got {policy!r}", code="usage"
        )
    name = os.fspath(policy)
    if not is_policy_file(name):
        return _named(name)
    from augscore.engine.policy_file.read import read_policy

    return read_policy(Path(name))


def _named(name: str) -> Policy:
    try:
        return preset(name)
    except UsageError as error:
        if not os.path.isfile(name):
            raise
        hint = f"A policy file is called {', '.join('*' + suffix for suffix in SUFFIXES)}"
        raise UsageError(error.message, code=error.code, hint=hint) from None
