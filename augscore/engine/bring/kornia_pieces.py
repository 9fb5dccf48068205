"""A sequence of kornia's, taken apart into its augmentations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch

from augscore.engine.bring.kornia import (
    LIBRARY,
    SIZED,
    KorniaRun,
    chooses,
    flat,
    gate_of,
    name_of,
    nodes_of,
    told_by,
)
from augscore.engine.bring.piece import (
    Piece,
    Resizing,
    as_before,
    chance_of,
    how_often_resizes,
    picture,
    stage,
    tried,
)
from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.reading import Nodes, Notebook, convert, library, together
from augscore.engine.bring.result import pixels_of
from augscore.engine.foreign_draw import Parameters
from augscore.engine.nodes import Node, OneOf, RandomOrder
from augscore.engine.normalize import Normalize
from augscore.images.resize import to_float


@dataclass(frozen=True)
class KorniaStage:
    """Augmentations in a row, given a batch of one; `before` and `after` are how pixels are
    normalised there."""

    name: str
    transforms: tuple[Any, ...]
    before: Normalize | None = None
    after: Normalize | None = None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def given(self, image: torch.Tensor) -> torch.Tensor:
        return as_before(to_float(image.cpu())[None], self.before)

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        told: Parameters = ()
        for transform in self.transforms:
            value = transform(value)
            told += tuple(told_by(getattr(transform, "_params", None), transform))
        return pixels_of(value, self.name, self.after), told


def pieces_of(run: KorniaRun, side: int) -> list[Piece]:
    """What the sequence consists of; `side` in px is the size of the view."""
    walk = _Walk(run, side)
    return [walk.piece(item) for item in flat(run.pipeline)]


def stage_of(run: KorniaRun, piece: Piece) -> KorniaStage:
    """How a piece of the sequence is run."""
    before, after = (run.normalize if is_so else None for is_so in piece.normalized)
    return KorniaStage(piece.name, piece.transforms, before, after)


class _Walk:
    """Goes through a sequence, and knows whether pixels are normalised where it stands."""

    def __init__(self, run: KorniaRun, side: int) -> None:
        self.run, self.side = run, side
        self.book = Notebook(lossy=False)
        self.normalized = False

    def piece(self, item: Any) -> Piece:
        nodes = self._exact(item) or self._container(item)
        before = self.normalized
        self.normalized |= name_of(item) == "Normalize"
        piece = _piece(item, (before, self.normalized))
        silent = name_of(item) == "Normalize"
        return replace(
            piece, resizing=_resizing(item, self.side), nodes=nodes or None, silent=silent
        )

    def _exact(self, item: Any) -> Nodes:
        nodes, obstacles = convert([item], lambda one: nodes_of(self.book, one), self.book)
        return () if obstacles or self.book.size not in (None, self.side) else nodes

    def _container(self, item: Any) -> Nodes:
        """A choice among augmentations, each a node, if it takes one of them, or all in an order
        that is even; none where one of these changes the size of an image."""
        if not chooses(item):
            return ()
        inside = [self._branch(child) for child in item.children()]
        least, past = item.random_apply
        if not inside or not all(inside) or past != least + 1:
            return ()
        choices = tuple(map(together, inside))
        weights = tuple(float(weight) for weight in item.random_apply_weights)
        even = len(set(weights)) == 1
        if least == 1 and min(weights) > 0:
            return (OneOf(choices, () if even else weights),)
        # Weights that sum to less than it takes are drawn from with replacement.
        all_once = least == len(choices) and even and sum(weights) >= least
        return (RandomOrder(choices),) if all_once else ()

    def _branch(self, child: Any) -> Nodes:
        """What follows one another inside a choice."""
        nodes: list[Node] = []
        for item in flat(child):
            if name_of(item) == "Normalize" or _resizing(item, self.side) != "never":
                return ()
            nodes += self._exact(item) or self._container(item) or [self._stage(item)]
        return tuple(nodes)

    def _stage(self, item: Any) -> Node:
        piece = _piece(item, (self.normalized, self.normalized))
        return stage(library(LIBRARY), piece, stage_of(self.run, piece))


def _piece(item: Any, normalized: tuple[bool, bool]) -> Piece:
    return Piece(
        (item,),
        type(item).__name__,
        portrait(item),
        "floats",
        normalized=normalized,
        chance=_chance(item),
    )


def _resizing(item: Any, side: int) -> Resizing:
    if chooses(item):
        inside = [_resizing(one, side) for child in item.children() for one in flat(child)]
        return "never" if all(one == "never" for one in inside) else "sometimes"
    if name_of(item):
        return "always" if name_of(item) in SIZED else "never"
    batch = to_float(picture(side))[None]
    return how_often_resizes(batch, tried(item, batch), partial(tried, item), _size)


def _size(value: Any) -> torch.Size | None:
    return value.shape[-2:] if isinstance(value, torch.Tensor) else None


def _chance(item: Any) -> float | None:
    return gate_of(item) if name_of(item) and hasattr(item, "p_batch") else chance_of(item)
