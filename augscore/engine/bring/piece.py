"""A transform of a pipeline that is run one transform at a time, and what is known of it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Literal

import torch

from augscore.engine.bring.randomness import seeded
from augscore.engine.bring.result import pixels_of
from augscore.engine.bring.time_limit import TookTooLong, limited
from augscore.engine.foreign_draw import Run
from augscore.engine.nodes import Node, Stage
from augscore.engine.normalize import Normalize
from augscore.engine.normalized import normalize_
from augscore.engine.policy import Takes
from augscore.errors import InputError

PATIENCE = 5.0
_NEITHER_SIDE = 9, 5
_SEED = 0
_TRIALS = 8
_HOMES = ("torchvision.transforms", "kornia.augmentation", "albumentations.")
_FORMS = {"pil": "PIL images", "bytes": "bytes", "floats": "floats", "auto": "what came before"}


Resizing = Literal["never", "sometimes", "always"]


@dataclass(frozen=True)
class Piece:
    """One transform, or several that only run together.

    `takes` is the form of an image in front of it, None for one that only the transform before it
    returns. `resizing`: at how many draws it changes the size. `normalized`: pixels are normalised
    before it, and after it. `nodes` are its exact counterpart, None where there is none. One that
    is `silent` changes no image by itself: a conversion, or Normalize.
    """

    transforms: tuple[Any, ...]
    name: str
    words: str
    takes: Takes | None
    resizing: Resizing = "never"
    normalized: tuple[bool, bool] = (False, False)
    nodes: tuple[Node, ...] | None = None
    chance: float | None = None
    silent: bool = False

    @property
    def resizes(self) -> bool:
        return self.resizing != "never"


RunOf = Callable[[Piece], Run]


def stages(library: str, pieces: Iterable[Piece], run_of: RunOf) -> tuple[Node, ...]:
    """The nodes of pieces in a row; what only runs together is one."""
    nodes: list[Node] = []
    for piece in _joined(list(pieces)):
        if piece.nodes is not None:
            nodes += piece.nodes
        elif not piece.silent:
            nodes.append(stage(library, piece, run_of(piece)))
    return tuple(nodes)


def stage(library: str, piece: Piece, run: Run) -> Stage:
    """The node of one piece. The same transform is another one where it finds another form."""
    form = "normalised pixels" if piece.normalized[0] else _FORMS[piece.takes or "auto"]
    told = f"{piece.words}, given {form}"
    return Stage(library, told, piece.resizes, run, name=piece.name, chance=piece.chance)


def chance_of(transform: Any) -> float | None:
    """Its `p`, where that is a chance."""
    p = getattr(transform, "p", None)
    number = isinstance(p, int | float) and not isinstance(p, bool)
    return float(p) if number and 0 <= p <= 1 else None  # type: ignore[arg-type, operator]


def is_own(item: Any) -> bool:
    """Whether it is one of a library's own, and no function or class of the user's."""
    return type(item).__module__.startswith(_HOMES) and type(item).__name__ != "Lambda"


def picture(side: int) -> torch.Tensor:
    """(3, H, W) uint8 noise, neither side of it `side`: what changes size is seen to."""
    height, width = (side + more for more in _NEITHER_SIDE)
    dice = torch.Generator().manual_seed(_SEED)
    return torch.randint(256, (3, height, width), generator=dice, dtype=torch.uint8)


def as_before(pixels: torch.Tensor, how: Normalize | None) -> torch.Tensor:
    """A copy of (B, 3, H, W) floats, normalised as they are in front of a piece."""
    return normalize_(pixels.clone(), how)


def how_often_resizes(
    image: Any, first: Any, draw: Callable[[Any, int], Any], size_of: Callable[[Any], Any]
) -> Resizing:
    """At how many of a few draws a transform changes the size of an image.

    `first` is what `tried` gave, None where it broke; `draw` takes a copy of the image and a seed.
    """
    if first is None:
        return "never"
    more = (draw(copy.deepcopy(image), seed) for seed in range(1, _TRIALS))
    sizes = [size_of(value) for value in chain([first], more) if value is not None]
    changed = [size not in (None, size_of(image)) for size in sizes]
    if all(changed):
        return "always"
    return "sometimes" if any(changed) else "never"


def tried(transform: Callable[[Any], Any], image: Any, seed: int = _SEED) -> Any:
    """What it returns for an image; None where it breaks, does not end or returns no image."""
    try:
        with limited(PATIENCE), seeded(seed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = transform(image)
        pixels_of(result, "it", None)
    except InputError as error:
        return result if error.code == "op_range" else None
    except (Exception, TookTooLong):
        return None
    return result


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """An image is brought to the size of the view by one node: from the first to the last piece
    that resizes it is one. A piece without a form of its own goes with the one before it."""
    pieces = _meant(pieces)
    resizing = [place for place, piece in enumerate(pieces) if piece.resizes]
    first, last = (resizing[0], resizing[-1]) if len(resizing) > 1 else (0, 0)
    groups: list[list[Piece]] = []
    for place, piece in enumerate(pieces):
        if groups and (first < place <= last or piece.takes is None):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [_one(group) for group in groups]


def _meant(pieces: Sequence[Piece]) -> list[Piece]:
    """Whoever keeps the size at other draws, behind those who resize, is not meant to change it:
    no batch could be made of what comes out."""
    meant = list(pieces)
    for place in reversed(range(len(meant))):
        if meant[place].resizing == "always" or not any(p.resizes for p in meant[:place]):
            break
        meant[place] = replace(meant[place], resizing="never")
    return meant


def _one(group: Sequence[Piece]) -> Piece:
    if len(group) == 1:
        return group[0]
    loud = [piece for piece in group if not piece.silent]
    return Piece(
        tuple(transform for piece in group for transform in piece.transforms),
        ", ".join(piece.name for piece in loud or group),
        ", ".join(piece.words for piece in group),
        group[0].takes,
        "always" if any(piece.resizes for piece in group) else "never",
        (group[0].normalized[0], group[-1].normalized[1]),
        chance=loud[0].chance if len(loud) == 1 else None,
        silent=not loud,
    )
