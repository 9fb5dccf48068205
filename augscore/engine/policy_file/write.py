"""Policy → its canonical document: defaults filled in, ranges as ranges, equal views counted."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import yaml

from augscore.engine.check import canonical, check_writable
from augscore.engine.nodes import Step
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.scalars import Disputed, plain
from augscore.engine.policy_file.schema import VERSION

_UNBROKEN = 10_000


def to_document(policy: Policy) -> dict[str, Any]:
    """Dicts, lists and scalars that read as `canonical(policy)`."""
    check_writable(policy)
    document: dict[str, Any] = {"augscore_policy": VERSION, "name": policy.name}
    if policy.source:
        document["source"] = policy.source
    document["size"] = policy.size
    if policy.normalize is not None:
        document["normalize"] = _normalize(policy.normalize)
    runs = groupby(canonical(policy).views)
    document["views"] = [_view(view, len(list(same))) for view, same in runs]
    return document


def to_yaml(policy: Policy) -> str:
    """The document as people write it: one line a step."""
    document = to_document(policy)
    for view in document["views"]:
        view["transforms"] = [_one_line(step) for step in view["transforms"]]
    text: str = yaml.dump(
        document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_UNBROKEN
    )
    return text


def _normalize(normalize: Normalize) -> str | dict[str, list[float]]:
    for name, known in NORMALIZATIONS.items():
        if normalize == known:
            return name
    return {"mean": list(normalize.mean), "std": list(normalize.std)}


def _view(view: View, count: int) -> dict[str, Any]:
    document: dict[str, Any] = {"name": view.name} if view.name else {}
    document["count"] = count
    if view.size is not None:
        document["size"] = view.size
    document["transforms"] = [_step(step) for step in view.steps]
    return document


def _step(step: Step) -> dict[str, Any]:
    arguments = {
        name: list(value) if isinstance(value, tuple) else value for name, value in step.arguments
    }
    return {step.op: {**arguments, "p": step.p}}


class _Line(dict[str, Any]):
    """A mapping that is written on one line."""


def _one_line(step: dict[str, Any]) -> dict[str, Any]:
    return {op: _Line(arguments) for op, arguments in step.items()}


class _Dumper(yaml.SafeDumper):
    """Quotes every text that our own reader would take for something else."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _line(dumper: yaml.SafeDumper, line: _Line) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", line.items(), flow_style=True)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    try:
        style = None if plain(text) == text else '"'
    except Disputed:
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(_Line, _line)
_Dumper.add_representer(str, _text)
