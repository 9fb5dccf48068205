"""A draw whose foreign pipelines are gone, and the policy that has them → a draw to apply."""

from __future__ import annotations

from dataclasses import replace

from augscore.engine.draw import Draw, Drawn, ViewDraw
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import foreign_in
from augscore.engine.policy import Policy, View
from augscore.errors import UsageError


def is_complete(draw: Draw) -> bool:
    """Whether every pipeline that it needs is at hand."""
    steps = (step for view in draw.views for step in view.steps)
    return all(step.run is not None for step in steps if isinstance(step, ForeignDraw))


def revived(draw: Draw, policy: Policy | None) -> Draw:
    """The draw with the pipelines of `policy`.

    Raises UsageError: `draw_needs_policy` if it needs one and there is none, `draw_mismatch` if
    the policy's pipelines are others.
    """
    if is_complete(draw):
        return draw
    if policy is None:
        raise UsageError(
            f"this draw is of {draw.policy!r}, a pipeline that ran as it is, which no JSON holds",
            code="draw_needs_policy",
            hint="Bring it again: replay(images, draw, policy=Policy.of(pipeline))",
        )
    views = tuple(
        _view(view, policy.views[place % len(policy.views)])
        for place, view in enumerate(draw.views)
    )
    return replace(draw, views=views)


def _view(drawn: ViewDraw, view: View) -> ViewDraw:
    pipelines = {(node.library, node.pipeline): node for node in foreign_in(view.steps)}

    def step(one: Drawn) -> Drawn:
        if not isinstance(one, ForeignDraw):
            return one
        node = pipelines.get((one.op, one.pipeline))
        if node is None:
            raise UsageError(
                f"the policy has no pipeline like the one that was drawn: {one.op} {one.pipeline}",
                code="draw_mismatch",
                hint="Bring the same pipeline, made with the same arguments",
            )
        return replace(one, run=node.run)

    return replace(drawn, steps=tuple(map(step, drawn.steps)))
