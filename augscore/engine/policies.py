"""Whatever names a policy → the policy."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from augscore.engine.bring.code import code_home, is_code, load
from augscore.engine.found import Found
from augscore.engine.nodes import Foreign, Node
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
    if _names_code(name):
        return _of_code(name, allow_code)
    if not is_policy_file(name):
        return _named(name)
    from augscore.engine.policy_file.read import read_policy

    return read_policy(Path(name))


def inspect_policy(policy: object, *, allow_code: bool = False) -> Found:
    """Any policy for inspection, with what is wrong about how it was made.

    `policy` is as for `find_policy`, or what `Policy.of` brings. Arguments that albumentations
    drops are told in `ignored`, where the others refuse them. Raises what these raise for all else.
    """
    from augscore.engine.bring.ignored import ignored_arguments, is_of_an_argument, recorded
    from augscore.engine.bring.recognise import Wish, found

    wish = Wish(tolerant=True)
    file = ""
    with recorded() as caught:
        if isinstance(policy, str | os.PathLike) and _names_code(os.fspath(policy)):
            live, file = _live(os.fspath(policy), allow_code)
            result = found(live, replace(wish, name=os.fspath(policy).rpartition(":")[2]))
        elif isinstance(policy, str | os.PathLike) and not is_policy_file(os.fspath(policy)):
            result = Found(find_policy(policy))
        else:
            result = found(policy, wish)
    mine = [one for one in caught if one.filename == file and not is_of_an_argument(one)]
    told = [str(one.message) for one in mine]
    ignored = ignored_arguments(result.pipelines, caught, file)
    warnings, code = tuple(dict.fromkeys(told)), _digest(file)
    return replace(result, ignored=ignored, warnings=warnings, code=code)


def _digest(file: str) -> str:
    return sha256(Path(file).read_bytes()).hexdigest() if os.path.isfile(file) else ""


def _of_mapping(document: Mapping[str, Any]) -> Policy:
    from augscore.engine.bring.recognise import Wish, found_in_document, is_document
    from augscore.engine.policy_file.read import policy_of_mapping

    if is_document(document):
        return found_in_document(document, Wish()).policy
    return policy_of_mapping(document)


def _names_code(name: str) -> bool:
    return is_code(name) and not is_policy_file(name)


def _of_code(name: str, allowed: bool) -> Policy:
    live, file = _live(name, allowed)
    return _from_code(Policy.of(live, name=name.rpartition(":")[2]), _digest(file))


def _from_code(policy: Policy, code: str) -> Policy:
    """Pipelines that run as they are carry their code, so that another one is another policy."""
    views = tuple(
        replace(view, steps=tuple(_with_code(node, code) for node in view.steps))
        for view in policy.views
    )
    return replace(policy, views=views)


def _with_code(node: Node, code: str) -> Node:
    return replace(node, code=code) if isinstance(node, Foreign) else node


def _live(name: str, allowed: bool) -> tuple[Any, str]:
    """The object that the code has, and the file that the code is in."""
    if not allowed:
        raise UsageError(
            f"{name!r} names code, which would be run",
            code="code_not_allowed",
            hint="--allow-code runs it; in Python: Policy.of(pipeline)",
        )
    return load(name), code_home(name)


def _named(name: str) -> Policy:
    try:
        return preset(name)
    except UsageError as error:
        if not os.path.isfile(name):
            raise
        hint = f"A policy file is called {', '.join('*' + suffix for suffix in SUFFIXES)}"
        raise UsageError(error.message, code=error.code, hint=hint) from None
