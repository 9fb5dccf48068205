"""A pipeline of another library: nothing but a key is drawn here."""

from __future__ import annotations

from augscore.engine.column import Column
from augscore.engine.drawing.context import Context, Gate
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import Foreign, Stage


def draw_foreign(node: Foreign, context: Context, gate: Gate) -> ForeignDraw:
    name = node.name if isinstance(node, Stage) else ""
    keys = Column(context.dice(f"{node.kind} {name}".rstrip()).field_keys("key"))
    if node.resizes:
        context.resized()
    return ForeignDraw(
        node.library,
        node.pipeline,
        Column(gate.open),
        keys,
        node.resizes,
        stage=gate.stage,
        name=name,
        run=node.run,
    )
