"""A policy's document as YAML, as people write it: one line a step."""

from __future__ import annotations

from typing import Any

import yaml

from augscore.engine.check import check_writable
from augscore.engine.policy import Policy
from augscore.engine.policy_file.document import to_document
from augscore.engine.policy_file.scalars import Disputed, plain

_UNBROKEN = 10_000


def to_yaml(policy: Policy) -> str:
    """Reads as `canonical(policy)`; UsageError (`policy_foreign`) for what no file can hold."""
    check_writable(policy)
    document = to_document(policy)
    for view in document["views"]:
        view["transforms"] = [_laid_out(step) for step in view["transforms"]]
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_UNBROKEN
    )
    return text


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


def _laid_out(step: dict[str, Any]) -> dict[str, Any]:
    """What a step holds is on its line, but for other steps and tables."""
    ((name, arguments),) = step.items()
    laid_out = {key: _argument(value) for key, value in arguments.items()}
    nested = any(_holds_mappings(value) for value in arguments.values())
    return {name: laid_out if nested else _Line(laid_out)}


def _argument(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _Line(inner) for key, inner in value.items()}
    return [_laid_out(step) for step in value] if _holds_mappings(value) else value


def _holds_mappings(value: Any) -> bool:
    within = value if isinstance(value, list) else [value]
    return any(isinstance(item, dict) for item in within)


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our own reader would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _line(dumper: yaml.SafeDumper, line: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", line.items(), flow_style=True)


def _list(dumper: yaml.SafeDumper, items: list[Any]) -> yaml.Node:
    flat = not _holds_mappings(items)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=flat)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    try:
        style = None if plain(text) == text else '"'
    except Disputed:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Line, _line)
_Dumper.add_representer(list, _list)
_Dumper.add_representer(str, _text)
