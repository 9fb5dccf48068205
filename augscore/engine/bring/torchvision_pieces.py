"""A pipeline of torchvision's, or a sequence of callables, taken apart into its transforms."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import torch
from PIL import Image

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
from augscore.engine.bring.portrait import called, portrait
from augscore.engine.bring.reading import Nodes, Notebook, convert, library, together
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.running import to_bytes
from augscore.engine.bring.torchvision import LIBRARY, SIZED, TorchvisionRun, keeps_size
from augscore.engine.bring.torchvision_steps import (
    CONTAINERS,
    CONVERSIONS,
    NOTHING,
    Reading,
    children_of,
    flat,
    name_of,
)
from augscore.engine.foreign_draw import Parameters
from augscore.engine.nodes import Node, OneOf, RandomApply, RandomOrder
from augscore.engine.normalize import Normalize
from augscore.engine.policy import Takes
from augscore.images.resize import to_float

_LEAST, _MOST = -1.0, 2.0


@dataclass(frozen=True)
class TorchvisionStage:
    """Transforms in a row, given an image in the form that they find in their pipeline; `before`
    and `after` are how pixels are normalised there."""

    name: str
    transforms: tuple[Any, ...]
    takes: Takes
    before: Normalize | None = None
    after: Normalize | None = None

    def __call__(self, image: torch.Tensor, key: int) -> tuple[torch.Tensor, Parameters]:
        return self.made_of(self.given(image), key)

    def made_of(self, value: Any, key: int) -> tuple[torch.Tensor, Parameters]:
        result = reduce(lambda before, transform: transform(before), self.transforms, value)
        return pixels_of(result, self.name, self.after), ()

    def given(self, image: torch.Tensor) -> Any:
        if self.takes != "floats":
            return _formed(to_bytes(image), self.takes)
        return as_before(to_float(image.cpu())[None], self.before)[0]


def pieces_of(run: TorchvisionRun, side: int) -> list[Piece]:
    """What the pipeline consists of; `side` in px is the size of the view.

    Every transform is tried on one picture, to see in which form it leaves it for the next.
    """
    walk = _Walk(run, side)
    return [walk.piece(item) for item in flat(run.pipeline)]


def stage_of(run: TorchvisionRun, piece: Piece) -> TorchvisionStage:
    """How a piece of the pipeline is run."""
    before, after = (run.normalize if is_so else None for is_so in piece.normalized)
    takes = piece.takes or run.takes
    return TorchvisionStage(piece.name, piece.transforms, takes, before, after)


class _Walk:
    """Goes through a pipeline with a picture; `form` is that of the picture."""

    def __init__(self, run: TorchvisionRun, side: int) -> None:
        self.run, self.side = run, side
        self.reading = Reading(Notebook(lossy=False))
        self.form: Takes | None = run.takes
        self.image = _formed(picture(side), run.takes)
        self.normalized = False

    def piece(self, item: Any) -> Piece:
        nodes = self._exact(item)
        after = tried(item, self.image)
        silent = after is not None and self._only_converts(item, after)
        resizing = self._resizing(item, after)
        nodes = nodes or (() if resizing != "never" else self._container(item))
        before, form = self.normalized, self.form
        self.normalized |= name_of(item) == "Normalize" and self.run.normalize is not None
        self._goes_on(after)
        normalized = before, self.normalized
        return self._piece(item, form, normalized, resizing=resizing, nodes=nodes, silent=silent)

    def _piece(
        self,
        item: Any,
        form: Takes | None,
        normalized: tuple[bool, bool],
        *,
        resizing: Resizing = "never",
        nodes: Nodes = (),
        silent: bool = False,
    ) -> Piece:
        return Piece(
            (item,),
            title_of(item),
            portrait(item),
            form,
            resizing,
            normalized,
            nodes or None,
            chance_of(item),
            silent,
        )

    def _exact(self, item: Any) -> Nodes:
        book = self.reading.book
        nodes, obstacles = convert([item], self.reading.nodes, book)
        return () if obstacles or book.size not in (None, self.side) else nodes

    def _container(self, item: Any) -> Nodes:
        """A random container around its transforms, each a node; none where one of these changes
        the form or size of an image."""
        name = name_of(item)
        if name not in CONTAINERS or self.form is None:
            return ()
        branches = [self._branch(inner) for inner in children_of(item)]
        inside = [nodes for nodes in branches if nodes]
        if len(inside) < len(branches) or not inside:
            return ()
        if name == "RandomApply":
            return (RandomApply(tuple(one for nodes in inside for one in nodes), float(item.p)),)
        choices = tuple(map(together, inside))
        if name == "RandomOrder":
            return (RandomOrder(choices),)
        return (OneOf(choices, () if item.p is None else tuple(map(float, item.p))),)

    def _branch(self, branch: Any) -> Nodes:
        """What follows one another inside a container."""
        nodes: list[Node] = []
        for item in flat(branch):
            after = tried(item, self.image)
            if name_of(item) in CONVERSIONS | {"Normalize"}:
                return ()
            if self._resizing(item, after) != "never":
                return ()
            if after is not None and _form(after, self.normalized) != self.form:
                return ()
            nodes += self._exact(item) or self._container(item) or [self._stage(item)]
        return tuple(nodes)

    def _stage(self, item: Any) -> Node:
        piece = self._piece(item, self.form, (self.normalized, self.normalized))
        return stage(library(LIBRARY), piece, stage_of(self.run, piece))

    def _resizing(self, item: Any, after: Any) -> Resizing:
        if name_of(item) in SIZED:
            return "always"
        if keeps_size(item):
            return "never"
        return how_often_resizes(self.image, after, partial(tried, item), _size)

    def _only_converts(self, item: Any, after: Any) -> bool:
        """Whether it changes the form of an image alone, or is the Normalize that is split off."""
        if name_of(item):
            return name_of(item) in CONVERSIONS | NOTHING | {"Normalize"}
        form = _form(after, self.normalized)
        if self.normalized or self.form is None or form in (None, self.form):
            return False
        before, then = (pixels_of(value, "it", None) for value in (self.image, after))
        return torch.equal(before, then)

    def _goes_on(self, after: Any) -> None:
        """With what the transform returned; one that broke is passed over."""
        if after is not None:
            self.form, self.image = _form(after, self.normalized), after


def _formed(pixels: torch.Tensor, takes: Takes) -> Any:
    """(3, H, W) uint8, or the same as a PIL image or floats."""
    if takes == "pil":
        return Image.fromarray(pixels.movedim(0, -1).contiguous().numpy())
    # A copy: a transform may write to what it is given.
    return to_float(pixels) if takes == "floats" else pixels.clone()


def _form(value: Any, is_normalized: bool) -> Takes | None:
    """None for what a transform by itself cannot be given: arrays, or floats of 0 to 255."""
    if isinstance(value, Image.Image):
        return "pil"
    if not isinstance(value, torch.Tensor):
        return None
    if value.dtype == torch.uint8:
        return "bytes"
    low, high = (float(end) for end in value.aminmax())
    in_range = is_normalized or (low >= _LEAST and high <= _MOST)
    return "floats" if value.dtype.is_floating_point and in_range else None


def _size(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, Image.Image):
        return value.height, value.width
    return tuple(value.shape[-2:]) if isinstance(value, torch.Tensor) else None


def title_of(item: Any) -> str:
    """Its class; a function goes by its own name, in a Lambda, too."""
    inner = getattr(item, "lambd", item) if name_of(item) == "Lambda" else item
    name = called(inner).rpartition(".")[2]
    return "Lambda" if name in ("", "<lambda>") else name
