"""Policy → its canonical document: defaults filled in, ranges as ranges, equal views counted."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from augscore.engine.check import canonical
from augscore.engine.nodes import Foreign, Node, Step, children
from augscore.engine.normalize import NORMALIZATIONS, Normalize
from augscore.engine.policy import Policy, View
from augscore.engine.policy_file.containers import form_of
from augscore.engine.policy_file.vocabulary import VERSION


def to_document(policy: Policy) -> dict[str, Any]:
    """Dicts, lists and scalars that read as `canonical(policy)`.

    A pipeline of another library is described; no file that holds this can be read.
    """
    document: dict[str, Any] = {"augscore_policy": VERSION, "name": policy.name}
    if policy.source:
        document["source"] = policy.source
    document["size"] = policy.size
    if policy.seed is not None:
        document["seed"] = policy.seed
    if policy.normalize is not None:
        document["normalize"] = _normalize(policy.normalize)
    runs = groupby(canonical(policy).views)
    document["views"] = [_view(view, len(list(same))) for view, same in runs]
    return document


def node_documents(nodes: tuple[Node, ...]) -> list[dict[str, Any]]:
    """The `transforms` that read as these canonical nodes."""
    return [_node(node) for node in nodes]


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
    document["transforms"] = node_documents(view.steps)
    return document


def _node(node: Node) -> dict[str, Any]:
    if isinstance(node, Step):
        return {node.op: {name: _plain(value) for name, value in node.arguments} | _chance(node)}
    if isinstance(node, Foreign):
        described = {"library": node.library, "pipeline": node.pipeline}
        return {node.kind: {**described, **({"code": node.code} if node.code else {})}}
    form = form_of(node)
    arguments = form.write(node)
    if form.is_group:
        arguments["transforms"] = node_documents(children(node))
    return {form.name: arguments}


def _chance(step: Step) -> dict[str, Any]:
    return {"p": float(step.p)}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
