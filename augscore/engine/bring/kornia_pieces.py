"""A sequence of kornia's, taken apart into its augmentations."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch

from augscore.engine.bring.kornia import (
    SIZED,
    KorniaRun,
    chosen_once,
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
    tried,
)
from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.reading import Notebook, convert
from augscore.engine.bring.result import pixels_of
from augscore.engine.foreign_draw import Parameters
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
    """What the sequence consists of; nothing of one that chooses among its augmentations."""
    if chosen_once(run.pipeline):
        return []
    book, pieces = Notebook(lossy=False), []
    is_normalized = False
    for item in flat(run.pipeline):
        nodes, obstacles = convert([item], lambda one: nodes_of(book, one), book)
        exact = bool(nodes) and not obstacles and book.size in (None, side)
        before = is_normalized
        is_normalized |= name_of(item) == "Normalize"
        piece = Piece(
            (item,),
            type(item).__name__,
            portrait(item),
            "floats",
            _resizing(item, side),
            (before, is_normalized),
            nodes if exact else None,
            _chance(item),
            silent=name_of(item) == "Normalize",
        )
        pieces.append(piece)
    return pieces


def stage_of(run: KorniaRun, piece: Piece) -> KorniaStage:
    """How a piece of the sequence is run."""
    before, after = (run.normalize if is_so else None for is_so in piece.normalized)
    return KorniaStage(piece.name, piece.transforms, before, after)


def _resizing(item: Any, side: int) -> Resizing:
    if name_of(item):
        return "always" if name_of(item) in SIZED else "never"
    batch = to_float(picture(side))[None]
    return how_often_resizes(batch, tried(item, batch), partial(tried, item), _size)


def _size(value: Any) -> torch.Size | None:
    return value.shape[-2:] if isinstance(value, torch.Tensor) else None


def _chance(item: Any) -> float | None:
    return gate_of(item) if name_of(item) and hasattr(item, "p_batch") else chance_of(item)
