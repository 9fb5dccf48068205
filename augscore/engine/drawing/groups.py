"""Containers around steps of the user's own: together or not at all, one of several, any order."""

from __future__ import annotations

from dataclasses import replace

import torch

from augscore.engine.column import Column
from augscore.engine.draw import Drawn
from augscore.engine.drawing.context import Context, DrawNodes, Gate
from augscore.engine.nodes import OneOf, RandomApply, RandomOrder, Step, folded


def draw_apply(
    node: RandomApply, context: Context, gate: Gate, draw_nodes: DrawNodes
) -> list[Drawn]:
    whole = folded(node)
    if isinstance(whole, Step):
        return draw_nodes([whole], context, gate)
    opens = context.dice(node.kind).uniforms("p")[:, 0] < node.p
    return draw_nodes(node.steps, context, gate.narrowed(opens))


def draw_one_of(node: OneOf, context: Context, gate: Gate, draw_nodes: DrawNodes) -> list[Drawn]:
    dice = context.dice(node.kind)
    opens = dice.uniforms("p")[:, 0] < node.p
    weights = torch.tensor(node.weights or (1.0,) * len(node.choices), dtype=torch.float64)
    # The last threshold is left out: rounding must not leave a uniform beyond it.
    thresholds = weights.cumsum(0).div(weights.sum())[:-1]
    choice = torch.searchsorted(thresholds, dice.uniforms("choice")[:, 0], right=True)
    drawn: list[Drawn] = []
    for number, inner in enumerate(node.choices):
        drawn += draw_nodes([inner], context, gate.narrowed(opens & (choice == number), node.kind))
    return drawn


def draw_order(
    node: RandomOrder, context: Context, gate: Gate, draw_nodes: DrawNodes
) -> list[Drawn]:
    """Every step at every place, applied where an image's own order puts it there."""
    count = len(node.steps)
    names = [f"rank.{n}" for n in range(count)]
    order = context.dice(node.kind).uniforms(*names).argsort(1)
    inner = [draw_nodes([step], context, gate) for step in node.steps]
    return [
        _restricted(drawn, order[:, place] == number, f"{node.kind} {place + 1}")
        for place in range(count)
        for number in range(count)
        for drawn in inner[number]
    ]


def _restricted(drawn: Drawn, to: torch.Tensor, stage: str) -> Drawn:
    applied = Column(drawn.applied.numbers & to)
    around = f"{stage} > {drawn.stage}" if drawn.stage else stage
    return replace(drawn, applied=applied, stage=around)
