"""What foreign pipelines tell while they run → the draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import torch

from augscore.engine.draw import Draw, Drawn
from augscore.engine.foreign_draw import ForeignDraw, Parameters, Run


@dataclass(frozen=True)
class _Heard:
    """A pipeline, and what it told of each key."""

    run: Run
    told: dict[int, Parameters] = field(default_factory=dict)

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        pixels, parameters = self.run(image, key)
        self.told[key] = parameters
        return pixels, parameters


def listening(draw: Draw) -> Draw:
    """The same draw; when it is applied, its foreign pipelines are listened to."""
    return _each(draw, lambda d: replace(d, run=None if d.run is None else _Heard(d.run)))


def heard(draw: Draw) -> Draw:
    """A draw that was listened to and applied → the draw with what was told."""
    return _each(draw, _with_parameters)


def _with_parameters(drawn: ForeignDraw) -> ForeignDraw:
    if not isinstance(drawn.run, _Heard):
        return drawn
    told = tuple(drawn.run.told.get(int(key), ()) for key in drawn.keys)
    return replace(drawn, run=drawn.run.run, parameters=told if any(told) else ())


def _each(draw: Draw, change: Callable[[ForeignDraw], ForeignDraw]) -> Draw:
    def changed(drawn: Drawn) -> Drawn:
        return change(drawn) if isinstance(drawn, ForeignDraw) else drawn

    views = tuple(replace(view, steps=tuple(map(changed, view.steps))) for view in draw.views)
    return replace(draw, views=views)
