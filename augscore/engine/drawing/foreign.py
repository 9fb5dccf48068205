"""A pipeline of another library: nothing but a key is drawn here."""

from __future__ import annotations

from augscore.engine.column import Column
from augscore.engine.drawing.context import Context, Gate
from augscore.engine.foreign_draw import ForeignDraw
from augscore.engine.nodes import Foreign


def draw_foreign(node: Foreign, context: Context, gate: Gate) -> ForeignDraw:
    keys = Column(context.dice(node.kind).field_keys("key"))
    if node.resizes:
        context.resized()
    applied = Column(gate.open)
    return ForeignDraw(
        node.library, node.pipeline, applied, keys, node.resizes, stage=gate.stage, run=node.run
    )
