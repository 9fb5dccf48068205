"""A policy, keys and sizes → the draw of every view."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from augscore.engine.check import check_policy
from augscore.engine.draw import Draw, Drawn, Precision, ViewDraw
from augscore.engine.drawing.context import Context, Gate, first_context, frame_of
from augscore.engine.drawing.foreign import draw_foreign
from augscore.engine.drawing.groups import draw_apply, draw_one_of, draw_order
from augscore.engine.drawing.levelled import (
    draw_auto_augment,
    draw_rand_augment,
    draw_trivial_augment,
)
from augscore.engine.drawing.mix import draw_mix
from augscore.engine.drawing.step import draw_step
from augscore.engine.nodes import (
    AugMix,
    AutoAugment,
    Foreign,
    Node,
    OneOf,
    RandAugment,
    RandomApply,
    RandomOrder,
    Step,
    TrivialAugmentWide,
    nodes_in,
)
from augscore.engine.ops.record import BackendChoice, Frame
from augscore.engine.ops.table import find_op
from augscore.engine.policy import Policy, View
from augscore.keys import ImageId, image_keys

Sizes = Sequence[tuple[int, int]]


def draw(
    policy: Policy,
    ids: Sequence[ImageId],
    heights_widths: Sizes,
    *,
    size: int | None = None,
    seed: int = 0,
    epoch: int = 0,
    step: int = 0,
    views: int | None = None,
    backend: BackendChoice = "auto",
    precision: Precision = "fast",
) -> Draw:
    """Draw every view of a policy for images of the given ids and (height, width) in px.

    `size` stands in for the policy's; a view with a size of its own keeps it. With `views` there
    are as many: past the policy's own its pipelines come round again, with the randomness of the
    new number. `step` tells calls apart whose ids are places in a batch. `backend` and `precision`
    are kept for who applies the draw. Raises UsageError for a policy that names or holds what the
    table of operations does not have.
    """
    check_policy(policy)
    drawn = tuple(
        draw_view(policy, ids, heights_widths, view=k, size=size, seed=seed, epoch=epoch, step=step)
        for k in range(len(policy.views) if views is None else views)
    )
    whose = (tuple(ids), tuple(heights_widths))
    return Draw(policy.name, seed, epoch, *whose, drawn, backend, precision, step)


def draw_view(
    policy: Policy,
    ids: Sequence[ImageId],
    heights_widths: Sizes,
    *,
    view: int,
    size: int | None = None,
    seed: int = 0,
    epoch: int = 0,
    step: int = 0,
) -> ViewDraw:
    """Draw view number `view`, 0 or more, of a policy that `check_policy` lets pass."""
    plan = policy.views[view % len(policy.views)]
    view_size = plan.size or size or policy.size
    frame = _first_frame(plan, heights_widths, view_size)
    images = image_keys(list(ids))
    context = first_context(
        images, frame, size=view_size, seed=seed, view=view, epoch=epoch, step=step
    )
    everyone = Gate(torch.ones(len(images), dtype=torch.bool))
    return ViewDraw(view_size, tuple(draw_nodes(plan.steps, context, everyone)))


def draw_nodes(nodes: Sequence[Node], context: Context, gate: Gate) -> list[Drawn]:
    """Nodes in their order, for those whom the gate lets through."""
    return [drawn for node in nodes for drawn in _draw_node(node, context, gate)]


def resizes(view: View) -> bool:
    """Whether a step of the view brings images to its size; if none does, that is done first."""
    return any(_resizes(node) for node in nodes_in(view.steps))


def _resizes(node: Node) -> bool:
    if isinstance(node, Foreign):
        return node.resizes
    return isinstance(node, Step) and find_op(node.op).resizes


def _draw_node(node: Node, context: Context, gate: Gate) -> Sequence[Drawn]:
    match node:
        case Step():
            return [draw_step(node, context, gate)]
        case RandomApply():
            return draw_apply(node, context, gate, draw_nodes)
        case OneOf():
            return draw_one_of(node, context, gate, draw_nodes)
        case RandomOrder():
            return draw_order(node, context, gate, draw_nodes)
        case RandAugment():
            return draw_rand_augment(node, context, gate)
        case TrivialAugmentWide():
            return draw_trivial_augment(node, context, gate)
        case AutoAugment():
            return draw_auto_augment(node, context, gate)
        case AugMix():
            return [draw_mix(node, context, gate)]
        case Foreign():
            return [draw_foreign(node, context, gate)]


def _first_frame(plan: View, heights_widths: Sizes, size: int) -> Frame:
    if not resizes(plan):
        return frame_of(len(heights_widths), size, size)
    distinct = set(heights_widths)
    if len(distinct) == 1:
        ((height, width),) = distinct
        return frame_of(len(heights_widths), height, width)
    sizes = torch.tensor(heights_widths, dtype=torch.int64).reshape(-1, 2)
    return Frame(sizes[:, 0], sizes[:, 1])
