"""A Compose of albumentations, taken apart into its transforms."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch

from augscore.engine.bring.albumentations import (
    LIBRARY,
    AlbumentationsRun,
    leaves,
    may_resize,
    reseeded,
    told_by,
    values_of,
)
from augscore.engine.bring.albumentations_steps import as_dict, in_words, obstacles_and_nodes
from augscore.engine.bring.piece import (
    Piece,
    Resizing,
    as_before,
    chance_of,
    how_often_resizes,
    is_own,
    picture,
    stage,
    tried,
)
from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.randomness import unsigned
from augscore.engine.bring.reading import Nodes, Notebook, library, together
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.running import to_bytes
from augscore.engine.foreign_draw import Parameters
from augscore.engine.nodes import Node, OneOf, RandomApply, RandomOrder
from augscore.engine.normalize import Normalize
from augscore.engine.policy import Takes
from augscore.images.resize import to_float

_SEED = 0
_SEQUENCES = ("Compose", "ReplayCompose", "Sequential")
# They choose evenly, and what they choose keeps its own chance.
_SOME = ("SomeOf", "RandomOrder")
_SILENT = ("Normalize", "ToTensorV2", "NoOp")


@dataclass(frozen=True)
class AlbumentationsStage:
    """Transforms in a row, given an array in the form that they find in their pipeline; `before`
    and `after` are how pixels are normalised there."""

    name: str
    transforms: tuple[Any, ...]
    takes: Takes
    before: Normalize | None = None
    after: Normalize | None = None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        data: dict[str, Any] = {"image": value}
        told: list[tuple[str, Any]] = []
        with reseeded(self.transforms, unsigned(key)):
            for transform in self.transforms:
                data = transform(image=data.get("image"), applied_transforms=[])
                told += data.get("applied_transforms") or told_by(transform)
        pixels = pixels_of(data.get("image"), self.name, self.after)
        return pixels, tuple((str(name), values_of(values)) for name, values in told)

    def given(self, image: torch.Tensor) -> Any:
        if self.takes == "bytes" and self.before is None:
            return _array(to_bytes(image))
        return _array(as_before(to_float(image.cpu())[None], self.before)[0])


def pieces_of(run: AlbumentationsRun, side: int) -> list[Piece]:
    """What the Compose consists of. Every transform is tried on one picture, to see in which form
    it leaves it for the next."""
    walk = _Walk(run, side)
    return [walk.piece(item) for item in flat(run.pipeline)]


def stage_of(run: AlbumentationsRun, piece: Piece) -> AlbumentationsStage:
    """How a piece of the Compose is run."""
    before, after = (run.normalize if is_so else None for is_so in piece.normalized)
    takes = piece.takes or "bytes"
    return AlbumentationsStage(piece.name, piece.transforms, takes, before, after)


def flat(pipeline: Any) -> Iterator[Any]:
    """What follows one another, without the sequences around it that are always gone through."""
    if type(pipeline).__name__ in _SEQUENCES and pipeline.p == 1:
        replays = type(pipeline).__name__ == "ReplayCompose"
        for inner in pipeline.transforms:
            yield from flat(_unrecorded(inner) if replays else inner)
    else:
        yield pipeline


def _unrecorded(transform: Any) -> Any:
    """A copy that keeps no record of what it did: the ReplayCompose around it would hold that."""
    twin = copy.copy(transform)
    if hasattr(twin, "transforms"):
        twin.transforms = [_unrecorded(inner) for inner in twin.transforms]
    if hasattr(twin, "deterministic"):
        twin.deterministic = False
    return twin


class _Walk:
    """Goes through a Compose with a picture, an array in the form in which it stands there."""

    def __init__(self, run: AlbumentationsRun, side: int) -> None:
        self.run, self.side = run, side
        self.book = Notebook(lossy=False)
        self.image: Any = _array(picture(side))
        self.normalized = False

    @property
    def form(self) -> Takes | None:
        return _form(self.image, self.normalized)

    def piece(self, item: Any) -> Piece:
        after = _tried(item, self.image)
        resizing = self._resizing(item, after)
        nodes = self._exact(item) or (() if resizing != "never" else self._container(item))
        before, form = self.normalized, self.form
        self.normalized |= type(item).__name__ == "Normalize" and self.run.normalize is not None
        self.image = self.image if after is None else after
        return Piece(
            (item,),
            type(item).__name__,
            _words(item),
            form,
            resizing,
            (before, self.normalized),
            nodes or None,
            chance_of(item),
            silent=type(item).__name__ in _SILENT and after is not None,
        )

    def _exact(self, item: Any) -> Nodes:
        known = as_dict(item)
        if known is None:
            return ()
        nodes, obstacles = obstacles_and_nodes(known, self.book)
        return () if obstacles or self.book.size not in (None, self.side) else nodes

    def _container(self, item: Any) -> Nodes:
        """A container around its transforms, each a node; none where one of these changes the form
        or size of an image, and for a choice of several but not all."""
        kind = type(item).__name__ if is_own(item) else ""
        if kind == "OneOf":
            return self._choice(item)
        if kind != "Sequential" and kind not in _SOME:
            return ()
        inside = [self._branch(inner) for inner in item.transforms]
        if not inside or not all(inside):
            return ()
        steps, p = tuple(node for nodes in inside for node in nodes), float(item.p)
        if kind == "Sequential":
            return (RandomApply(steps, p),)
        if item.n == 1:
            return (OneOf(tuple(map(together, inside)), (), p),)
        if item.n != len(inside) or item.replace:
            return ()
        in_turn = RandomOrder(tuple(map(together, inside))) if kind == "RandomOrder" else None
        return (RandomApply(steps if in_turn is None else (in_turn,), p),)

    def _choice(self, item: Any) -> Nodes:
        """The one that is chosen is applied whatever its own chance, which is its weight."""
        weights = tuple(float(inner.p) for inner in item.transforms)
        inside = [self._branch(_always(inner)) for inner in item.transforms]
        if sum(weights) > 0 and all(inside):
            return (OneOf(tuple(map(together, inside)), weights, float(item.p)),)
        return ()

    def _branch(self, item: Any) -> Nodes:
        after = _tried(item, self.image)
        if type(item).__name__ in _SILENT or self.form is None:
            return ()
        if self._resizing(item, after) != "never":
            return ()
        if after is not None and _form(after, self.normalized) != self.form:
            return ()
        return self._exact(item) or self._container(item) or (self._stage(item),)

    def _stage(self, item: Any) -> Node:
        normalized = self.normalized, self.normalized
        name, chance = type(item).__name__, chance_of(item)
        piece = Piece((item,), name, _words(item), self.form, normalized=normalized, chance=chance)
        return stage(library(LIBRARY), piece, stage_of(self.run, piece))

    def _resizing(self, item: Any, after: Any) -> Resizing:
        inside = list(leaves(item))
        if any(is_own(leaf) and may_resize(leaf) for leaf in inside):
            return "always"
        theirs = [leaf for leaf in inside if not is_own(leaf)]
        if theirs == [item]:
            return self._tried_often(item, after)
        found = [self._tried_often(leaf, _tried(leaf, self.image)) for leaf in theirs]
        return "never" if all(one == "never" for one in found) else "sometimes"

    def _tried_often(self, item: Any, after: Any) -> Resizing:
        return how_often_resizes(self.image, after, partial(_tried, item), _size)


def _always(transform: Any) -> Any:
    """As OneOf calls it; SomeOf and RandomOrder do not heed that."""
    if type(transform).__name__ in _SOME:
        return transform
    forced = copy.copy(transform)
    forced.p = 1.0
    return forced


def _words(item: Any) -> str:
    known = as_dict(item)
    return in_words(known) if known else portrait(item)


def _tried(item: Any, image: Any, seed: int = _SEED) -> Any:
    def call(array: Any) -> Any:
        with reseeded([item], seed):
            return item(image=array)["image"]

    return tried(call, image.copy() if isinstance(image, np.ndarray) else image, seed)


def _size(value: Any) -> tuple[int, ...] | None:
    return value.shape[:2] if isinstance(value, np.ndarray) else None


def _form(value: Any, is_normalized: bool) -> Takes | None:
    """None for what a transform by itself cannot be given: tensors, or floats of 0 to 255."""
    if not isinstance(value, np.ndarray):
        return None
    if value.dtype == np.uint8:
        return "bytes"
    in_range = is_normalized or (value.min() >= -1 and value.max() <= 2)
    return "floats" if value.dtype == np.float32 and in_range else None


def _array(pixels: torch.Tensor) -> Any:
    """(3, H, W) → (H, W, 3), its own memory."""
    return np.array(pixels.movedim(0, -1).numpy(), order="C")
