"""A Compose of albumentations, taken apart into its transforms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
from augscore.engine.bring.piece import Piece, as_before, chance_of, picture, tried
from augscore.engine.bring.portrait import portrait
from augscore.engine.bring.randomness import unsigned
from augscore.engine.bring.reading import Nodes, Notebook
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.running import to_bytes
from augscore.engine.foreign_draw import Parameters
from augscore.engine.normalize import Normalize
from augscore.engine.policy import Takes
from augscore.images.resize import to_float

_SEED = 0
_SEQUENCES = ("Compose", "Sequential")
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
    book, pieces = Notebook(lossy=False), []
    image: Any = _array(picture(side))
    is_normalized = False
    for item in flat(run.pipeline):
        nodes = _exact(item, book, side)
        after = _tried(item, image)
        before = is_normalized
        is_normalized |= type(item).__name__ == "Normalize" and run.normalize is not None
        known = as_dict(item)
        piece = Piece(
            (item,),
            type(item).__name__,
            in_words(known) if known else portrait(item),
            _form(image, before),
            _resizes(item, image, after),
            (before, is_normalized),
            nodes or None,
            chance_of(item),
            silent=type(item).__name__ in _SILENT and after is not None,
        )
        pieces.append(piece)
        image = image if after is None else after
    return pieces


def stage_of(run: AlbumentationsRun, piece: Piece) -> AlbumentationsStage:
    """How a piece of the Compose is run."""
    before, after = (run.normalize if is_so else None for is_so in piece.normalized)
    takes = piece.takes or "bytes"
    return AlbumentationsStage(piece.name, piece.transforms, takes, before, after)


def flat(pipeline: Any) -> Iterator[Any]:
    """What follows one another, without the sequences around it that are always gone through."""
    if type(pipeline).__name__ in _SEQUENCES and pipeline.p == 1:
        for inner in pipeline.transforms:
            yield from flat(inner)
    else:
        yield pipeline


def _exact(item: Any, book: Notebook, side: int) -> Nodes:
    known = as_dict(item)
    if known is None:
        return ()
    nodes, obstacles = obstacles_and_nodes(known, book)
    return () if obstacles or book.size not in (None, side) else nodes


def _tried(item: Any, image: Any) -> Any:
    def call(array: Any) -> Any:
        with reseeded([item], _SEED):
            return item(image=array)["image"]

    return tried(call, image.copy() if isinstance(image, np.ndarray) else image)


def _resizes(item: Any, image: Any, after: Any) -> bool:
    if type(item).__module__.startswith(f"{LIBRARY}."):
        return any(may_resize(leaf) for leaf in leaves(item))
    arrays = isinstance(image, np.ndarray) and isinstance(after, np.ndarray)
    return arrays and after.shape[:2] != image.shape[:2]


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
