"""`set` of a policy file: one argument of every step or container of a name, inside others, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Documents = list[dict[str, Any]]


def named(documents: Documents, name: str) -> Iterator[dict[str, Any]]:
    """The arguments of every step or container of that name."""
    for document in documents:
        for found, arguments in document.items():
            if found == name:
                yield arguments
            yield from named(arguments.get("transforms", []), name)


def names_in(documents: Documents) -> set[str]:
    """The names of all steps and containers."""
    inner = [
        names_in(arguments.get("transforms", [])) for d in documents for arguments in d.values()
    ]
    return {name for document in documents for name in document}.union(*inner)


def changed(documents: Documents, name: str, argument: str, value: Any) -> Documents:
    """The same with one argument of all steps of a name given anew."""
    return [
        {
            found: _changed(arguments, name, argument, value)
            | ({argument: value} if found == name else {})
            for found, arguments in document.items()
        }
        for document in documents
    ]


def _changed(arguments: dict[str, Any], name: str, argument: str, value: Any) -> dict[str, Any]:
    if "transforms" not in arguments:
        return arguments
    return {**arguments, "transforms": changed(arguments["transforms"], name, argument, value)}
